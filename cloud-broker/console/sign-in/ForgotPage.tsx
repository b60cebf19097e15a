import { Button, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { devicesView } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AccessCard } from './AccessCard.tsx';

/** Asks for a mail with a link. The answer is the same whether there is such a user or not, and so are the words. */
export function ForgotPage() {
  const { t } = useWords();
  const [user, setUser] = useState('');
  const ask = useMutation({ mutationFn: () => change('POST', '/password/forgot', { user: user.trim() }) });
  if (ask.isSuccess) {
    return (
      <AccessCard title={t('mail.title')}>
        <Text role="status">{t('forgot.sent')}</Text>
        <Text size="sm">{t('mail.missing')}</Text>
        <Link to={devicesView()}>{t('session.signIn')}</Link>
      </AccessCard>
    );
  }
  return (
    <AccessCard title={t('forgot.title')} onSubmit={() => user.trim() !== '' && ask.mutate()}>
      <Text>{t('forgot.text')}</Text>
      <TextInput
        label={t('session.user')}
        description={t('session.userHint')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={320}
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      {ask.isError ? <Refused error={ask.error} /> : null}
      <Button type="submit" loading={ask.isPending} disabled={user.trim() === ''}>
        {t('forgot.send')}
      </Button>
      <Link to={devicesView()}>{t('session.signIn')}</Link>
    </AccessCard>
  );
}
