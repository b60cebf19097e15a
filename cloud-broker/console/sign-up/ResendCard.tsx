import { Button, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { change } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, ToSignIn } from '../sign-in/AccessCard.tsx';
import { ofDomains, type Realm } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';

const useResend = (realm: Realm) =>
  useMutation({ mutationFn: (about: object) => change('POST', `${realm.root}/signup/resend`, about) });

/** What became of asking for another mail. */
function Resent({ resend }: { resend: ReturnType<typeof useResend> }) {
  const { t } = useWords();
  if (resend.isSuccess) return <Text role="status">{t('mail.resent')}</Text>;
  return <Refused error={resend.error} />;
}

/** For users whose link is no longer valid: sends a new mail, by the name and e-mail of the sign-up. */
export function ResendCard() {
  const { t } = useWords();
  const [typed, setTyped] = useState({ name: '', email: '' });
  const about = { name: typed.name.trim().toLowerCase(), email: typed.email.trim() };
  return (
    <Resend realm={ofDomains} about={about.name !== '' && about.email !== '' ? about : null}>
      <TextInput
        label={t('signUp.name')}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={64}
        value={typed.name}
        onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value })}
      />
      <TextInput
        label={t('signUp.email')}
        inputMode="email"
        autoComplete="email"
        maxLength={254}
        value={typed.email}
        onChange={(event) => setTyped({ ...typed, email: event.currentTarget.value })}
      />
    </Resend>
  );
}

interface ResendProps {
  realm: Realm;
  /** Whose mail it is; null until that is typed. */
  about: object | null;
  /** What else one may do. */
  beside?: ReactNode;
  children: ReactNode;
}

/** The answer is the same whoever asks. */
export function Resend({ realm, about, beside, children }: ResendProps) {
  const { t } = useWords();
  const resend = useResend(realm);
  return (
    <AccessCard realm={realm} title={t('activate.again')} onSubmit={() => about !== null && resend.mutate(about)}>
      {children}
      <Resent resend={resend} />
      <Button type="submit" loading={resend.isPending} disabled={about === null}>
        {t('mail.resend')}
      </Button>
      <div className="rc-access-links">
        <ToSignIn realm={realm} />
        {beside}
      </div>
    </AccessCard>
  );
}

/** The end of a sign-up: what to do with the mail, and what without one. `about` as `Resend` takes it. */
export function CheckMail({ realm, email, about }: { realm: Realm; email: string; about: object }) {
  const { t } = useWords();
  const resend = useResend(realm);
  return (
    <AccessCard realm={realm} title={t('mail.title')}>
      <Text className="rc-wrap">{t('mail.sent', { email })}</Text>
      <Text size="sm">{t('mail.missing')}</Text>
      <Resent resend={resend} />
      <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate(about)}>
        {t('mail.resend')}
      </Button>
      <ToSignIn realm={realm} />
    </AccessCard>
  );
}
