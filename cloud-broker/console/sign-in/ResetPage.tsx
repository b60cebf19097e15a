import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { resetShown } from '../../../protocol/api-access.ts';
import { ask, change } from '../api/client.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AccessCard, ToSignIn, UnreadLink } from './AccessCard.tsx';
import { useLinkToken } from './link-token.ts';
import { isLongEnough, PasswordField } from './PasswordField.tsx';
import { ofDomains, type Realm } from './realms.ts';

/** Target of the link in a reset mail: sets a new password for its user. */
export function ResetPage() {
  return <Reset realm={ofDomains} userOf={async (token) => (await ask('/password/reset/show', resetShown, { token })).user} />;
}

interface ResetProps {
  realm: Realm;
  /** Whose password it is, by the name that they sign in with. */
  userOf: (token: string) => Promise<string>;
  onReset?: () => Promise<void>;
}

export function Reset({ realm, userOf, onReset }: ResetProps) {
  const { t } = useWords();
  const token = useLinkToken();
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const shown = useQuery({ queryKey: ['link', 'reset', realm.root, token], queryFn: () => userOf(token) });
  const reset = useMutation({
    mutationFn: () => change('POST', `${realm.root}/password/reset`, { token, password }),
    onSuccess: () => onReset?.(),
  });
  const submit = (): void => {
    setTried(true);
    if (isLongEnough(password)) reset.mutate();
  };
  if (reset.isSuccess) {
    return (
      <AccessCard realm={realm} title={t('reset.title')}>
        <Text role="status">{t('reset.done')}</Text>
        <ToSignIn realm={realm} />
      </AccessCard>
    );
  }
  if (shown.data === undefined) {
    return (
      <UnreadLink realm={realm} title={t('reset.title')} error={shown.error}>
        <Link to={realm.forgot}>{t('activate.again')}</Link>
      </UnreadLink>
    );
  }
  return (
    <AccessCard realm={realm} title={t('reset.title')} onSubmit={submit}>
      <Text className="rc-wrap">{t('reset.about', { user: shown.data })}</Text>
      <input hidden name="username" autoComplete="username" value={shown.data} readOnly />
      <PasswordField
        label={t('reset.new')}
        kind="new"
        autoFocus
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={setPassword}
      />
      <Refused error={reset.error} />
      <Button type="submit" loading={reset.isPending}>
        {t('reset.title')}
      </Button>
    </AccessCard>
  );
}
