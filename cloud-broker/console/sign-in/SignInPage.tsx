import { Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { change } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

export function SignInPage() {
  const { t } = useWords();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: () => change('POST', '/session', { user: user.trim(), password }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.session }),
  });
  useEffect(() => {
    // What the last user read is not for the next one.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
  }, [client]);
  useEffect(() => {
    document.title = `${t('session.signIn')} · Rollcall`;
  }, [t]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <main className="rc-sign-in">
      <Paper className="rc-panel" component="form" onSubmit={submit} p="xl">
        <Stack gap="md">
          <div className="rc-sign-in-head">
            <span className="rc-brand">
              <img src="/favicon.svg" alt="" width="28" height="28" />
              <span>Rollcall</span>
            </span>
            <LanguageSwitch />
          </div>
          <Title order={1} size="h3">
            {t('session.signIn')}
          </Title>
          <TextInput
            label={t('session.user')}
            description={t('session.userHint')}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            required
            withAsterisk={false}
            maxLength={320}
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('session.password')}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            maxLength={256}
            value={password}
            visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {signIn.isError ? <Refused error={signIn.error} /> : null}
          <Button type="submit" loading={signIn.isPending}>
            {t('session.signIn')}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
