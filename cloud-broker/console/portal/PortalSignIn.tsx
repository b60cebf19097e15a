import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { ofPortal } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';

export function PortalSignIn() {
  const { t } = useWords();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationKey: ofPortal.session,
    mutationFn: () => change('POST', '/portal/session', { email: email.trim(), password }),
    onSuccess: () => ofPortal.newUser(client),
  });
  const isFilled = email.trim() !== '' && password !== '';
  return (
    <AccessCard realm={ofPortal} title={t('session.signIn')} onSubmit={() => isFilled && signIn.mutate()}>
      <Text size="sm">{t('portal.about')}</Text>
      <EmailField value={email} onChange={setEmail} autoFocus />
      <PasswordField label={t('session.password')} kind="current" value={password} onChange={setPassword} />
      <Refused error={signIn.error} />
      <Button type="submit" loading={signIn.isPending}>
        {t('session.signIn')}
      </Button>
      <div className="rc-access-links">
        <Link to={{ page: 'portalForgot' }}>{t('forgot.title')}</Link>
        <Link to={{ page: 'portalSignUp' }}>{t('portal.signUp')}</Link>
      </div>
    </AccessCard>
  );
}
