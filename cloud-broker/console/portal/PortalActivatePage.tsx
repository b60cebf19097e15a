import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portalPerson, type PortalPerson } from '../../../protocol/api-portal.ts';
import { ask, change } from '../api/client.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';
import { PortalCard } from './PortalCard.tsx';
import { useNewPerson } from './queries.ts';

/** Where an activation mail's link leads. Opening it changes nothing: only the button, with the password, activates (D2). */
export function PortalActivatePage() {
  const { t } = useWords();
  const token = useLinkToken();
  const [wantsAnother, setWantsAnother] = useState(false);
  const shown = useQuery({
    queryKey: ['link', 'portal-activation', token],
    queryFn: () => ask('/portal/activation/show', portalPerson, { token }),
  });
  if (wantsAnother) return <ResendPortalCard />;
  if (shown.data !== undefined) return <ActivateForm token={token} shown={shown.data} />;
  return (
    <PortalCard title={t('activate.title')}>
      {shown.error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={shown.error} />}
      {shown.error === null ? null : <Button onClick={() => setWantsAnother(true)}>{t('activate.again')}</Button>}
      <Link to={{ page: 'portal' }}>{t('session.signIn')}</Link>
    </PortalCard>
  );
}

function ActivateForm({ token, shown }: { token: string; shown: PortalPerson }) {
  const { t } = useWords();
  const { go } = useAddress();
  const newPerson = useNewPerson();
  const [password, setPassword] = useState('');
  const activate = useMutation({
    mutationFn: async () => {
      await change('POST', '/portal/activation', { token, password });
      await change('POST', '/portal/session', { email: shown.email, password });
    },
    onSuccess: async () => {
      await newPerson();
      go({ page: 'portalSubscriptions' }, { replace: true });
    },
  });
  return (
    <PortalCard title={t('activate.title')} onSubmit={() => password !== '' && activate.mutate()}>
      <Text className="rc-wrap">{t('portal.activateAbout', { ...shown })}</Text>
      <input hidden name="username" autoComplete="username" value={shown.email} readOnly />
      <PasswordField label={t('activate.password')} kind="current" autoFocus value={password} onChange={setPassword} />
      {activate.isError ? <Refused error={activate.error} /> : null}
      <Button type="submit" loading={activate.isPending} disabled={password === ''}>
        {t('activate.button')}
      </Button>
      {activate.isError ? <Link to={{ page: 'portal' }}>{t('session.signIn')}</Link> : null}
    </PortalCard>
  );
}

/** For who comes with a link that is not good any more. The answer is the same whoever asks. */
function ResendPortalCard() {
  const { t } = useWords();
  const [email, setEmail] = useState('');
  const resend = useMutation({ mutationFn: () => change('POST', '/portal/signup/resend', { email: email.trim() }) });
  const isFilled = email.trim() !== '';
  return (
    <PortalCard title={t('activate.again')} onSubmit={() => isFilled && resend.mutate()}>
      <EmailField value={email} onChange={setEmail} autoFocus />
      {resend.isError ? <Refused error={resend.error} /> : null}
      {resend.isSuccess ? <Text role="status">{t('mail.resent')}</Text> : null}
      <Button type="submit" loading={resend.isPending} disabled={!isFilled}>
        {t('mail.resend')}
      </Button>
      {/* After 48 hours nothing waits any more: one signs up again. */}
      <div className="rc-access-links">
        <Link to={{ page: 'portal' }}>{t('session.signIn')}</Link>
        <Link to={{ page: 'portalSignUp' }}>{t('portal.signUp')}</Link>
      </div>
    </PortalCard>
  );
}
