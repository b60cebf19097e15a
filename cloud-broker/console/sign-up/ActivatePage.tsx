import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { activation, type Activation } from '../../../protocol/api-access.ts';
import { ask, change } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { devicesView } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { ResendCard } from './ResendCard.tsx';

/** Where an activation mail's link leads. Opening it changes nothing: only the button, with the password, activates (D2). */
export function ActivatePage() {
  const { t } = useWords();
  const token = useLinkToken();
  const [wantsAnother, setWantsAnother] = useState(false);
  const shown = useQuery({
    queryKey: ['link', 'activation', token],
    queryFn: () => ask('/activation/show', activation, { token }),
  });
  if (wantsAnother) return <ResendCard />;
  if (shown.data !== undefined) return <ActivateForm token={token} shown={shown.data} />;
  return (
    <AccessCard title={t('activate.title')}>
      {shown.error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={shown.error} />}
      {shown.error === null ? null : <Button onClick={() => setWantsAnother(true)}>{t('activate.again')}</Button>}
      <Link to={devicesView()}>{t('session.signIn')}</Link>
    </AccessCard>
  );
}

function ActivateForm({ token, shown }: { token: string; shown: Activation }) {
  const { t } = useWords();
  const { go } = useAddress();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const activate = useMutation({
    mutationFn: async () => {
      await change('POST', '/activation', { token, password });
      await change('POST', '/session', { user: shown.user, password });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.session });
      go(devicesView(), { replace: true });
    },
  });
  return (
    <AccessCard title={t('activate.title')} onSubmit={() => password !== '' && activate.mutate()}>
      <Text className="rc-wrap">{t('activate.about', { ...shown })}</Text>
      <Text size="sm">{t('signUp.trial')}</Text>
      <input hidden name="username" autoComplete="username" value={shown.user} readOnly />
      <PasswordField label={t('activate.password')} kind="current" autoFocus value={password} onChange={setPassword} />
      {activate.isError ? <Refused error={activate.error} /> : null}
      <Button type="submit" loading={activate.isPending} disabled={password === ''}>
        {t('activate.button')}
      </Button>
      {activate.isError ? <Link to={devicesView()}>{t('session.signIn')}</Link> : null}
    </AccessCard>
  );
}
