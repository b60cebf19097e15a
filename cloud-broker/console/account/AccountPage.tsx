import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { useSession } from '../session/Session.tsx';
import { PageHead, Panel } from '../parts/pages.tsx';
import { Refused } from '../parts/panels.tsx';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { Sessions } from '../users/Sessions.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { Shortcuts } from './Shortcuts.tsx';

/** Lets users change their own sign-in; also works without credits (D5). */
export function AccountPage() {
  const { t } = useWords();
  const { user, email } = useSession();
  return (
    <div className="rc-stack rc-narrow">
      <div>
        <PageHead title={t('account.title')} />
        <Text className="rc-wrap rc-dim">{t('account.about', { user, email })}</Text>
      </div>
      <ChangePassword user={user} />
      <SecondFactor />
      <Sessions />
      <Shortcuts />
    </div>
  );
}

function ChangePassword({ user }: { user: string }) {
  const { t } = useWords();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => change('POST', '/password', { current, password }),
    onSuccess: () => {
      setCurrent('');
      setPassword('');
      setTried(false);
    },
  });
  const submit = (): void => {
    setTried(true);
    if (current !== '' && isLongEnough(password)) save.mutate();
  };
  return (
    <Panel title={t('account.password')} onSubmit={submit}>
      <input hidden name="username" autoComplete="username" value={user} readOnly />
      <PasswordField label={t('account.current')} kind="current" value={current} onChange={setCurrent} />
      <PasswordField
        label={t('reset.new')}
        kind="new"
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={setPassword}
      />
      <Refused error={save.error} />
      {save.isSuccess && password === '' ? <Text role="status">{t('account.changed')}</Text> : null}
      <div>
        <Button type="submit" loading={save.isPending} disabled={current === '' || password === ''}>
          {t('account.change')}
        </Button>
      </div>
    </Panel>
  );
}
