import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { invitation, type Invitation } from '../../../protocol/api-users.ts';
import { ask, change } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, ToSignIn, UnreadLink } from '../sign-in/AccessCard.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { ofDomains, useEnter } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';

/** Target of an invitation link. Opening it changes nothing; only the button, with a password, joins (D2). */
export function InvitationPage() {
  const { t } = useWords();
  const token = useLinkToken();
  const shown = useQuery({
    queryKey: ['link', 'invitation', token],
    queryFn: () => ask('/invitation/show', invitation, { token }),
  });
  if (shown.data !== undefined) return <JoinForm token={token} shown={shown.data} />;
  return (
    <UnreadLink realm={ofDomains} title={t('invitation.title')} error={shown.error}>
      <Text>{t('invitation.askAgain')}</Text>
    </UnreadLink>
  );
}

function JoinForm({ token, shown }: { token: string; shown: Invitation }) {
  const { t } = useWords();
  const enter = useEnter(ofDomains);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const join = useMutation({
    mutationFn: async () => {
      await change('POST', '/invitation', { token, password });
      await change('POST', '/session', { user: shown.user, password });
    },
    onSuccess: enter,
  });
  const submit = (): void => {
    setTried(true);
    if (isLongEnough(password)) join.mutate();
  };
  return (
    <AccessCard realm={ofDomains} title={t('invitation.title')} onSubmit={submit}>
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
      <Refused error={join.error} />
      <Button type="submit" loading={join.isPending}>
        {t('invitation.join')}
      </Button>
      {join.isError ? <ToSignIn realm={ofDomains} /> : null}
    </AccessCard>
  );
}
