import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portalPerson } from '../../../protocol/api-portal.ts';
import { ask, change } from '../api/client.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { PortalCard } from './PortalCard.tsx';
import { useNewPerson } from './queries.ts';

/** Where a reset mail's link leads: another password for its person. */
export function PortalResetPage() {
  const { t } = useWords();
  const token = useLinkToken();
  const newPerson = useNewPerson();
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const shown = useQuery({
    queryKey: ['link', 'portal-reset', token],
    queryFn: () => ask('/portal/password/reset/show', portalPerson, { token }),
  });
  // All sessions end with it, the one in this browser too.
  const reset = useMutation({
    mutationFn: () => change('POST', '/portal/password/reset', { token, password }),
    onSuccess: newPerson,
  });
  const submit = (): void => {
    setTried(true);
    if (isLongEnough(password)) reset.mutate();
  };
  const signIn = <Link to={{ page: 'portal' }}>{t('session.signIn')}</Link>;
  if (reset.isSuccess) {
    return (
      <PortalCard title={t('reset.title')}>
        <Text role="status">{t('reset.done')}</Text>
        {signIn}
      </PortalCard>
    );
  }
  if (shown.data === undefined) {
    return (
      <PortalCard title={t('reset.title')}>
        {shown.error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={shown.error} />}
        <Link to={{ page: 'portalForgot' }}>{t('activate.again')}</Link>
        {signIn}
      </PortalCard>
    );
  }
  return (
    <PortalCard title={t('reset.title')} onSubmit={submit}>
      <Text className="rc-wrap">{t('reset.about', { user: shown.data.email })}</Text>
      <input hidden name="username" autoComplete="username" value={shown.data.email} readOnly />
      <PasswordField
        label={t('reset.new')}
        kind="new"
        autoFocus
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={setPassword}
      />
      {reset.isError ? <Refused error={reset.error} /> : null}
      <Button type="submit" loading={reset.isPending}>
        {t('reset.title')}
      </Button>
    </PortalCard>
  );
}
