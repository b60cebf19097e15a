import { Button, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { devicesView } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { useWords } from '../words/words.ts';

export const useResend = () =>
  useMutation({ mutationFn: (about: { name: string; email: string }) => change('POST', '/signup/resend', about) });

/** For who comes with a link that is not good any more: another mail, by name and e-mail of the sign-up. */
export function ResendCard() {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const resend = useResend();
  const about = { name: name.trim().toLowerCase(), email: email.trim() };
  const isFilled = about.name !== '' && about.email !== '';
  return (
    <AccessCard title={t('activate.again')} onSubmit={() => isFilled && resend.mutate(about)}>
      <TextInput
        label={t('signUp.name')}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('signUp.email')}
        inputMode="email"
        autoComplete="email"
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      {resend.isError ? <Refused error={resend.error} /> : null}
      {resend.isSuccess ? <Text role="status">{t('mail.resent')}</Text> : null}
      <Button type="submit" loading={resend.isPending} disabled={!isFilled}>
        {t('mail.resend')}
      </Button>
      <Link to={devicesView()}>{t('session.signIn')}</Link>
    </AccessCard>
  );
}
