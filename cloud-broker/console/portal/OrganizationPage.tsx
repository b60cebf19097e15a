import { Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { change } from '../api/client.ts';
import { ErrorPanel, Refused, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { MembersPanel } from './MembersPanel.tsx';
import { PortalGate } from './PortalGate.tsx';
import { organizationsQuery, usePortalChange } from './queries.ts';

/** Who shares the subscriptions: the person's organisations with their members (K3). */
export function OrganizationPage() {
  return (
    <PortalGate>
      <Organizations />
    </PortalGate>
  );
}

function Organizations() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(organizationsQuery);
  const [making, setMaking] = useState(false);
  return (
    <div className="rc-stack rc-medium">
      <div className="rc-page-head">
        <Title order={1} size="h2">
          {t('portal.organization')}
        </Title>
        <Button variant="default" onClick={() => setMaking(true)}>
          {t('portal.another')}
        </Button>
      </div>
      <Text>{t('portal.organizationAbout')}</Text>
      {data === undefined && error === null ? <RowsLoading rows={3} /> : null}
      {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
      {data?.length === 0 ? <Text>{t('portal.noOrganization')}</Text> : null}
      {data?.map((organization) => (
        <MembersPanel key={organization.id} organization={organization} />
      ))}
      <Modal
        opened={making}
        onClose={() => setMaking(false)}
        title={t('portal.another')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <MakeOrganization onClose={() => setMaking(false)} />
      </Modal>
    </div>
  );
}

function MakeOrganization({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const make = usePortalChange(() => change('POST', '/portal/organizations', { name: name.trim() }));
  const isFilled = name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isFilled) make.mutate(undefined, { onSuccess: onClose });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('signUp.organization')}
          description={t('portal.anotherHint')}
          autoComplete="off"
          data-autofocus
          maxLength={128}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {make.isError ? <Refused error={make.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={!isFilled} loading={make.isPending}>
            {t('portal.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
