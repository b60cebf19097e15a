import { Button, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { isEmail } from '../../../protocol/email.ts';
import { change } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, ToSignIn } from '../sign-in/AccessCard.tsx';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { ofPortal } from '../sign-in/realms.ts';
import { CheckMail } from '../sign-up/ResendCard.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';

/** A free portal account. It is created when the link from the mail and the password come together (D2). */
export function PortalSignUpPage() {
  const { t, language } = useWords();
  const [draft, setDraft] = useState({ name: '', organization: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const edit = (part: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...part }));
  const { name, organization, email, password } = draft;
  const signUp = useMutation({
    mutationFn: () =>
      change('POST', '/portal/signup', {
        name: name.trim(),
        organization: organization.trim(),
        email: email.trim(),
        password,
        language,
      }),
  });
  const submit = (): void => {
    setTried(true);
    if (name.trim() !== '' && organization.trim() !== '' && isEmail(email) && isLongEnough(password)) signUp.mutate();
  };
  if (signUp.isSuccess) return <CheckMail realm={ofPortal} email={email.trim()} about={{ email: email.trim() }} />;
  const missing = (text: string) => (tried && text.trim() === '' ? t('portal.missing') : null);
  return (
    <AccessCard realm={ofPortal} title={t('signUp.title')} onSubmit={submit}>
      <Text size="sm">{t('portal.signUpAbout')}</Text>
      <TextInput
        label={t('portal.name')}
        autoComplete="name"
        autoFocus
        maxLength={128}
        value={name}
        error={missing(name)}
        onChange={(event) => edit({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('signUp.organization')}
        autoComplete="organization"
        maxLength={128}
        value={organization}
        error={missing(organization)}
        onChange={(event) => edit({ organization: event.currentTarget.value })}
      />
      <EmailField value={email} wrong={tried && !isEmail(email)} onChange={(typed) => edit({ email: typed })} />
      <PasswordField
        label={t('session.password')}
        kind="new"
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={(typed) => edit({ password: typed })}
      />
      <Refused error={signUp.error} />
      <Button type="submit" loading={signUp.isPending}>
        {t('signUp.create')}
      </Button>
      <Text size="sm">
        {t('signUp.have')} <ToSignIn realm={ofPortal} />
      </Text>
    </AccessCard>
  );
}
