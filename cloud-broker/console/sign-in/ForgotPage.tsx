import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { change } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AccessCard, ToSignIn } from './AccessCard.tsx';
import { ofDomains, type Realm } from './realms.ts';
import { UserField } from './UserField.tsx';

/** Asks for a mail with a link. */
export function ForgotPage() {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const user = typed.trim();
  return (
    <Forgot realm={ofDomains} text={t('forgot.text')} sent={t('forgot.sent')} about={user === '' ? null : { user }}>
      <UserField user={typed} onChange={setTyped} />
    </Forgot>
  );
}

interface ForgotProps {
  realm: Realm;
  text: string;
  /** What is said afterwards: the same whether there is such a user or not, as is the answer. */
  sent: string;
  /** Whose password it is; null until that is typed. */
  about: object | null;
  children: ReactNode;
}

export function Forgot({ realm, text, sent, about, children }: ForgotProps) {
  const { t } = useWords();
  const ask = useMutation({ mutationFn: (user: object) => change('POST', `${realm.root}/password/forgot`, user) });
  if (ask.isSuccess) {
    return (
      <AccessCard realm={realm} title={t('mail.title')}>
        <Text role="status">{sent}</Text>
        <Text size="sm">{t('mail.missing')}</Text>
        <ToSignIn realm={realm} />
      </AccessCard>
    );
  }
  return (
    <AccessCard realm={realm} title={t('forgot.title')} onSubmit={() => about !== null && ask.mutate(about)}>
      <Text>{text}</Text>
      {children}
      <Refused error={ask.error} />
      <Button type="submit" loading={ask.isPending} disabled={about === null}>
        {t('forgot.send')}
      </Button>
      <ToSignIn realm={realm} />
    </AccessCard>
  );
}
