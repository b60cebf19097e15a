import { Button, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DomainSettings } from '../../../protocol/api-domain.ts';
import { useAllowed, useSession } from '../session/Session.tsx';
import { careful, Dialog, DialogForm } from '../parts/Dialog.tsx';
import { Panel } from '../parts/pages.tsx';
import { Refused } from '../parts/panels.tsx';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { useCloseDomain, useWithdrawClosing } from './queries.ts';

/** D8: closes the domain, stating first everything that is lost with it. */
export function Closing({ domain }: { domain: DomainSettings }) {
  const { t, formats } = useWords();
  const { role } = useSession();
  const { remove } = useAllowed();
  const [asking, setAsking] = useState(false);
  const withdraw = useWithdrawClosing();
  const mayClose = role === 'domain-admin' && remove;
  return (
    <Panel title={t('closing.title')}>
      <Text size="sm">
        {domain.closingAt === null
          ? t('closing.about')
          : t('closing.stands', { name: domain.name, time: formats.exact(domain.closingAt) })}
      </Text>
      <Effects />
      <Refused error={withdraw.error} />
      <div>
        {domain.closingAt === null ? (
          <Button {...careful} disabled={!mayClose} onClick={() => setAsking(true)}>
            {t('closing.open')}
          </Button>
        ) : (
          <Button disabled={!mayClose} loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('closing.withdraw')}
          </Button>
        )}
      </div>
      {role === 'domain-admin' ? null : <Text className="rc-dim">{t('closing.domainAdminOnly')}</Text>}
      {asking ? <CloseDialog name={domain.name} onClose={() => setAsking(false)} /> : null}
    </Panel>
  );
}

function Effects() {
  const { t } = useWords();
  return (
    <ul className="rc-effects">
      <li>{t('closing.devices')}</li>
      <li>{t('closing.access')}</li>
      <li>{t('closing.credits')}</li>
      <li>{t('closing.data')}</li>
      <li>{t('closing.name')}</li>
    </ul>
  );
}

function CloseDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const close = useCloseDomain();
  return (
    <Dialog title={t('closing.question', { name })} onClose={onClose}>
      <DialogForm
        action={t('closing.confirm')}
        look={careful}
        attempt={close}
        disabled={typed.trim() !== name || password === ''}
        onSubmit={() => close.mutate({ name: typed, password }, { onSuccess: onClose })}
        onCancel={onClose}
      >
        <Text>{t('closing.about')}</Text>
        <Effects />
        <TextInput
          label={t('closing.typeName', { name })}
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          required
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <PasswordField label={t('settings.passwordAgain')} kind="current" value={password} onChange={setPassword} />
      </DialogForm>
    </Dialog>
  );
}
