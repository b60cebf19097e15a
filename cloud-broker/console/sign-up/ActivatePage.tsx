import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { activation } from '../../../protocol/api-access.ts';
import { ask, change } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, ToSignIn, UnreadLink } from '../sign-in/AccessCard.tsx';
import { useLinkToken } from '../sign-in/link-token.ts';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { ofDomains, useEnter, type Realm } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { ResendCard } from './ResendCard.tsx';

/** Where an activation mail's link leads. */
export function ActivatePage() {
  const { t } = useWords();
  return (
    <Activate
      realm={ofDomains}
      read={(token) => ask('/activation/show', activation, { token })}
      nameOf={({ user }) => ({ user })}
      resend={<ResendCard />}
    >
      {(shown) => (
        <>
          <Text className="rc-wrap">{t('activate.about', { ...shown })}</Text>
          <Text size="sm">{t('signUp.trial')}</Text>
        </>
      )}
    </Activate>
  );
}

interface ActivateProps<Shown> {
  realm: Realm;
  /** What the link stands for. */
  read: (token: string) => Promise<Shown>;
  /** The name to sign in with, as the API calls it. */
  nameOf: (shown: Shown) => Record<string, string>;
  /** For who comes with a link that is not good any more. */
  resend: ReactNode;
  children: (shown: Shown) => ReactNode;
}

/** Opening the link changes nothing: only the button, with the password, activates (D2). */
export function Activate<Shown>(props: ActivateProps<Shown>) {
  const { t } = useWords();
  const { realm, read, resend } = props;
  const token = useLinkToken();
  const [wantsAnother, setWantsAnother] = useState(false);
  const shown = useQuery({ queryKey: ['link', 'activation', realm.root, token], queryFn: () => read(token) });
  if (wantsAnother) return resend;
  if (shown.data !== undefined) return <ActivateForm {...props} token={token} shown={shown.data} />;
  return (
    <UnreadLink realm={realm} title={t('activate.title')} error={shown.error}>
      <Button onClick={() => setWantsAnother(true)}>{t('activate.again')}</Button>
    </UnreadLink>
  );
}

type ActivateFormProps<Shown> = ActivateProps<Shown> & { token: string; shown: Shown };

function ActivateForm<Shown>({ realm, nameOf, children, token, shown }: ActivateFormProps<Shown>) {
  const { t } = useWords();
  const enter = useEnter(realm);
  const [password, setPassword] = useState('');
  const activate = useMutation({
    mutationFn: async () => {
      await change('POST', `${realm.root}/activation`, { token, password });
      await change('POST', `${realm.root}/session`, { ...nameOf(shown), password });
    },
    onSuccess: enter,
  });
  return (
    <AccessCard realm={realm} title={t('activate.title')} onSubmit={() => password !== '' && activate.mutate()}>
      {children(shown)}
      <input hidden name="username" autoComplete="username" value={Object.values(nameOf(shown)).join('')} readOnly />
      <PasswordField label={t('activate.password')} kind="current" autoFocus value={password} onChange={setPassword} />
      <Refused error={activate.error} />
      <Button type="submit" loading={activate.isPending} disabled={password === ''}>
        {t('activate.button')}
      </Button>
      {activate.isError ? <ToSignIn realm={realm} /> : null}
    </AccessCard>
  );
}
