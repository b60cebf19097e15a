import { Button, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { change } from '../api/client.ts';
import { hasCode } from '../api/failure.ts';
import { keys } from '../api/queries.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AccessCard } from './AccessCard.tsx';
import { PasswordField } from './PasswordField.tsx';
import { ofDomains } from './realms.ts';
import { UserField } from './UserField.tsx';

export function SignInPage() {
  const { t } = useWords();
  const client = useQueryClient();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const signIn = useMutation({
    mutationFn: () =>
      change('POST', '/session', { user: user.trim(), password, ...(code === null ? {} : { code: code.trim() }) }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.session }),
    onError: (error) => {
      if (hasCode(error, 'second-factor-required')) setCode((typed) => typed ?? '');
    },
  });
  useEffect(() => {
    // Data read by the last user is not shown to the next.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  }, [client]);
  useEffect(() => {
    document.title = `${t('session.signIn')} · Rollcall`;
  }, [t]);
  const refused = signIn.isError && !hasCode(signIn.error, 'second-factor-required') ? <Refused error={signIn.error} /> : null;
  const other = (): void => {
    setCode(null);
    setPassword('');
    signIn.reset();
  };
  return (
    <main>
      <AccessCard realm={ofDomains} title={t('session.signIn')} onSubmit={() => signIn.mutate()}>
        {code === null ? (
          <>
            <UserField user={user} onChange={setUser} />
            <PasswordField label={t('session.password')} kind="current" value={password} onChange={setPassword} />
          </>
        ) : (
          <CodeField user={user} code={code} onChange={setCode} />
        )}
        {refused}
        <Button type="submit" loading={signIn.isPending}>
          {t('session.signIn')}
        </Button>
        {code === null ? (
          <>
            <div className="rc-access-links">
              <Link to={{ page: 'forgot' }}>{t('forgot.title')}</Link>
              <Link to={{ page: 'signUp' }}>{t('signUp.link')}</Link>
            </div>
            <Text size="sm">
              {t('portal.haveCode')} <Link to={{ page: 'portal' }}>{t('portal.title')}</Link>
            </Text>
          </>
        ) : (
          <Button variant="subtle" onClick={other}>
            {t('factor.other')}
          </Button>
        )}
      </AccessCard>
    </main>
  );
}

/** The second factor, requested only after a correct password. */
function CodeField({ user, code, onChange }: { user: string; code: string; onChange: (code: string) => void }) {
  const { t } = useWords();
  return (
    <>
      <Text className="rc-wrap" fw={600}>
        {user.trim()}
      </Text>
      <Text>{t('factor.prompt')}</Text>
      <TextInput
        label={t('factor.code')}
        name="code"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
        maxLength={64}
        value={code}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </>
  );
}
