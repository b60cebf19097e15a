import { Button, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { Dialog, DialogForm } from '../parts/Dialog.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { MembersPanel } from './MembersPanel.tsx';
import { PortalGate } from './PortalGate.tsx';
import { organizationsQuery, usePortalChange } from './queries.ts';

/** Who shares the subscriptions: the user's organisations and their members (K3). */
export function OrganizationPage() {
  return (
    <PortalGate>
      <Organizations />
    </PortalGate>
  );
}

function Organizations() {
  const { t } = useWords();
  const query = useQuery(organizationsQuery);
  const { data } = query;
  const [making, setMaking] = useState(false);
  const close = (): void => setMaking(false);
  return (
    <div className="rc-stack rc-medium">
      <PageHead title={t('portal.organization')}>
        <Button variant="default" onClick={() => setMaking(true)}>
          {t('portal.another')}
        </Button>
      </PageHead>
      <Text>{t('portal.organizationAbout')}</Text>
      {data === undefined ? <Unread query={query} rows={3} /> : null}
      {data?.length === 0 ? <Text>{t('portal.noOrganization')}</Text> : null}
      {data?.map((organization) => (
        <MembersPanel key={organization.id} organization={organization} />
      ))}
      <Dialog title={t('portal.another')} opened={making} onClose={close}>
        <MakeOrganization onClose={close} />
      </Dialog>
    </div>
  );
}

function MakeOrganization({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const make = usePortalChange(() => change('POST', '/portal/organizations', { name: name.trim() }));
  return (
    <DialogForm
      action={t('portal.make')}
      attempt={make}
      disabled={name.trim() === ''}
      onSubmit={() => make.mutate(undefined, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <TextInput
        label={t('signUp.organization')}
        description={t('portal.anotherHint')}
        autoComplete="off"
        data-autofocus
        maxLength={128}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
