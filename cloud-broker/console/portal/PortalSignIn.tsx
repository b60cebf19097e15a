import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { portalKeys } from '../api/queries.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';
import { PortalCard } from './PortalCard.tsx';
import { useNewPerson } from './queries.ts';

export function PortalSignIn() {
  const { t } = useWords();
  const newPerson = useNewPerson();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationKey: portalKeys.all,
    mutationFn: () => change('POST', '/portal/session', { email: email.trim(), password }),
    onSuccess: newPerson,
  });
  const isFilled = email.trim() !== '' && password !== '';
  return (
    <PortalCard title={t('session.signIn')} onSubmit={() => isFilled && signIn.mutate()}>
      <Text size="sm">{t('portal.about')}</Text>
      <EmailField value={email} onChange={setEmail} autoFocus />
      <PasswordField label={t('session.password')} kind="current" value={password} onChange={setPassword} />
      {signIn.isError ? <Refused error={signIn.error} /> : null}
      <Button type="submit" loading={signIn.isPending}>
        {t('session.signIn')}
      </Button>
      <div className="rc-access-links">
        <Link to={{ page: 'portalForgot' }}>{t('forgot.title')}</Link>
        <Link to={{ page: 'portalSignUp' }}>{t('portal.signUp')}</Link>
      </div>
    </PortalCard>
  );
}
