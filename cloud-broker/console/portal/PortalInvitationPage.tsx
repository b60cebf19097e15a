import { Button, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portalInvitation, type PortalInvitation } from '../../../protocol/api-portal.ts';
import { ask, change } from '../api/client.ts';
import { portalKeys } from '../api/queries.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, UnreadLink } from '../sign-in/AccessCard.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { ofPortal, useEnter } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { portalSessionQuery } from './queries.ts';

/** Target of an invitation link. Opening it changes nothing; only the button joins (D2). */
export function PortalInvitationPage() {
  const { t } = useWords();
  const token = useLinkToken();
  const session = useQuery(portalSessionQuery);
  const shown = useQuery({
    queryKey: ['link', 'portal-invitation', token],
    queryFn: () => ask('/portal/invitation/show', portalInvitation, { token }),
  });
  if (shown.data !== undefined && session.data !== undefined)
    return <JoinForm token={token} shown={shown.data} isHere={session.data?.email === shown.data.email} />;
  return (
    <UnreadLink realm={ofPortal} title={t('portal.invitation')} error={shown.error ?? session.error}>
      <Text size="sm">{t('portal.invitationAgain')}</Text>
    </UnreadLink>
  );
}

/** `isHere`: the invited user is already signed in, so the button alone joins. */
function JoinForm({ token, shown, isHere }: { token: string; shown: PortalInvitation; isHere: boolean }) {
  const { t } = useWords();
  const enter = useEnter(ofPortal);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const { hasAccount, email } = shown;
  const proof = isHere ? {} : hasAccount ? { password } : { password, name: name.trim() };
  const join = useMutation({
    mutationKey: portalKeys.all,
    mutationFn: async () => {
      await change('POST', '/portal/invitation', { token, ...proof });
      if (!isHere) await change('POST', '/portal/session', { email, password });
    },
    onSuccess: enter,
  });
  const submit = (): void => {
    setTried(true);
    if (isHere || (hasAccount ? password !== '' : isLongEnough(password) && name.trim() !== '')) join.mutate();
  };
  return (
    <AccessCard realm={ofPortal} title={t('portal.invitation')} onSubmit={submit}>
      <Text className="rc-wrap">
        {t('portal.invitationAbout', { organization: shown.organization, invitedBy: shown.invitedBy })}
      </Text>
      <Text className="rc-wrap" size="sm">
        {t(isHere ? 'portal.invitationHere' : hasAccount ? 'portal.invitationKnown' : 'portal.invitationNew', { email })}
      </Text>
      {isHere || hasAccount ? null : (
        <TextInput
          label={t('portal.name')}
          autoComplete="name"
          autoFocus
          maxLength={128}
          value={name}
          error={tried && name.trim() === '' ? t('portal.missing') : null}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {isHere ? null : (
        <>
          <input hidden name="username" autoComplete="username" value={email} readOnly />
          <PasswordField
            label={t(hasAccount ? 'session.password' : 'portal.choosePassword')}
            kind={hasAccount ? 'current' : 'new'}
            autoFocus={hasAccount}
            value={password}
            wrong={!hasAccount && tried && !isLongEnough(password)}
            onChange={setPassword}
          />
        </>
      )}
      <Refused error={join.error} />
      <Button type="submit" loading={join.isPending}>
        {t('portal.join')}
      </Button>
      {hasAccount && !isHere ? <Link to={{ page: 'portalForgot' }}>{t('forgot.title')}</Link> : null}
    </AccessCard>
  );
}
