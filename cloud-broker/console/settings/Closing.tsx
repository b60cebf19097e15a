import { Button, Group, Modal, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { DomainSettings } from '../../../protocol/api-domain.ts';
import { useAllowed, useSession } from '../app/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useCloseDomain, useWithdrawClosing } from './queries.ts';

/** D8: the end of the domain, with all that goes with it said before. */
export function Closing({ domain }: { domain: DomainSettings }) {
  const { t, formats } = useWords();
  const { role } = useSession();
  const { remove } = useAllowed();
  const [asking, setAsking] = useState(false);
  const withdraw = useWithdrawClosing();
  const mayClose = role === 'domain-admin' && remove;
  return (
    <Paper className="rc-panel" p="xl">
      <Stack gap="md" align="flex-start">
        <Title order={2} size="h3">
          {t('closing.title')}
        </Title>
        <Text size="sm">
          {domain.closingAt === null
            ? t('closing.about')
            : t('closing.stands', { name: domain.name, time: formats.exact(domain.closingAt) })}
        </Text>
        <Effects />
        {withdraw.isError ? <Refused error={withdraw.error} /> : null}
        {domain.closingAt === null ? (
          <Button variant="default" className="rc-danger" disabled={!mayClose} onClick={() => setAsking(true)}>
            {t('closing.open')}
          </Button>
        ) : (
          <Button disabled={!mayClose} loading={withdraw.isPending} onClick={() => withdraw.mutate()}>
            {t('closing.withdraw')}
          </Button>
        )}
        {role === 'domain-admin' ? null : <Text className="rc-dim">{t('closing.domainAdminOnly')}</Text>}
      </Stack>
      {asking ? <CloseDialog name={domain.name} onClose={() => setAsking(false)} /> : null}
    </Paper>
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
  const submit = (): void => close.mutate({ name: typed, password }, { onSuccess: onClose });
  return (
    <Modal opened onClose={onClose} title={t('closing.question', { name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="md">
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
            withAsterisk={false}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('settings.passwordAgain')}
            value={password}
            autoComplete="current-password"
            maxLength={256}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {close.isError ? <Refused error={close.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button
              type="submit"
              className="rc-danger"
              variant="default"
              loading={close.isPending}
              disabled={typed.trim() !== name || password === ''}
            >
              {t('closing.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
