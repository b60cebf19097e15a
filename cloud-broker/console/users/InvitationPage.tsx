import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { invitation, type Invitation } from '../../../protocol/api-users.ts';
import { ask, change } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { devicesView } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';

/** Where an invitation's link leads. Opening it changes nothing: only the button, with a password, joins (D2). */
export function InvitationPage() {
  const { t } = useWords();
  const token = useLinkToken();
  const shown = useQuery({
    queryKey: ['link', 'invitation', token],
    queryFn: () => ask('/invitation/show', invitation, { token }),
  });
  if (shown.data !== undefined) return <JoinForm token={token} shown={shown.data} />;
  return (
    <AccessCard title={t('invitation.title')}>
      {shown.error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={shown.error} />}
      {shown.error === null ? null : <Text>{t('invitation.askAgain')}</Text>}
      <Link to={devicesView()}>{t('session.signIn')}</Link>
    </AccessCard>
  );
}

function JoinForm({ token, shown }: { token: string; shown: Invitation }) {
  const { t } = useWords();
  const { go } = useAddress();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const join = useMutation({
    mutationFn: async () => {
      await change('POST', '/invitation', { token, password });
      await change('POST', '/session', { user: shown.user, password });
    },
    onSuccess: async () => {
      // What somebody else read in this window before is not for the new user.
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] && query.queryKey[0] !== 'link' });
      await client.invalidateQueries({ queryKey: keys.session });
      go(devicesView(), { replace: true });
    },
  });
  const submit = (): void => {
    setTried(true);
    if (isLongEnough(password)) join.mutate();
  };
  return (
    <AccessCard title={t('invitation.title')} onSubmit={submit}>
      <Text className="rc-wrap">
        {t('invitation.about', { domain: shown.domain, organization: shown.organization, user: shown.user })}
      </Text>
      <input hidden name="username" autoComplete="username" value={shown.user} readOnly />
      <PasswordField
        label={t('invitation.password')}
        kind="new"
        autoFocus
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={setPassword}
      />
      {join.isError ? <Refused error={join.error} /> : null}
      <Button type="submit" loading={join.isPending}>
        {t('invitation.join')}
      </Button>
      {join.isError ? <Link to={devicesView()}>{t('session.signIn')}</Link> : null}
    </AccessCard>
  );
}
