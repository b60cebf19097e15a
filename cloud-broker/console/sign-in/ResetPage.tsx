import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { resetShown } from '../../../protocol/api-access.ts';
import { ask, change } from '../api/client.ts';
import { devicesView } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AccessCard } from './AccessCard.tsx';
import { isLongEnough, PasswordField } from './PasswordField.tsx';
import { useLinkToken } from './link-token.ts';

/** Where a reset mail's link leads: another password for its user. */
export function ResetPage() {
  const { t } = useWords();
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const shown = useQuery({
    queryKey: ['link', 'reset', token],
    queryFn: () => ask('/password/reset/show', resetShown, { token }),
  });
  const reset = useMutation({ mutationFn: () => change('POST', '/password/reset', { token, password }) });
  const submit = (): void => {
    setTried(true);
    if (isLongEnough(password)) reset.mutate();
  };
  const signIn = <Link to={devicesView()}>{t('session.signIn')}</Link>;
  if (reset.isSuccess) {
    return (
      <AccessCard title={t('reset.title')}>
        <Text role="status">{t('reset.done')}</Text>
        {signIn}
      </AccessCard>
    );
  }
  if (shown.data === undefined) {
    return (
      <AccessCard title={t('reset.title')}>
        {shown.error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={shown.error} />}
        <Link to={{ page: 'forgot' }}>{t('activate.again')}</Link>
        {signIn}
      </AccessCard>
    );
  }
  return (
    <AccessCard title={t('reset.title')} onSubmit={submit}>
      <Text className="rc-wrap">{t('reset.about', { user: shown.data.user })}</Text>
      <input hidden name="username" autoComplete="username" value={shown.data.user} readOnly />
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
    </AccessCard>
  );
}
