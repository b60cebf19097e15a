import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';
import { PortalCard } from './PortalCard.tsx';

/** Asks for a mail with a link. The answer is the same whether there is such an account or not, and so are the words. */
export function PortalForgotPage() {
  const { t } = useWords();
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => change('POST', '/portal/password/forgot', { email: email.trim() }) });
  const isFilled = email.trim() !== '';
  const signIn = <Link to={{ page: 'portal' }}>{t('session.signIn')}</Link>;
  if (ask.isSuccess) {
    return (
      <PortalCard title={t('mail.title')}>
        <Text role="status">{t('portal.forgotSent')}</Text>
        <Text size="sm">{t('mail.missing')}</Text>
        {signIn}
      </PortalCard>
    );
  }
  return (
    <PortalCard title={t('forgot.title')} onSubmit={() => isFilled && ask.mutate()}>
      <Text>{t('portal.forgotText')}</Text>
      <EmailField value={email} onChange={setEmail} autoFocus />
      {ask.isError ? <Refused error={ask.error} /> : null}
      <Button type="submit" loading={ask.isPending} disabled={!isFilled}>
        {t('forgot.send')}
      </Button>
      {signIn}
    </PortalCard>
  );
}
