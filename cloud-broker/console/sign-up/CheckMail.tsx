import { Button, Text } from '@mantine/core';
import { devicesView } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { useWords } from '../words/words.ts';
import { useResend } from './ResendCard.tsx';

/** The end of a sign-up: what to do with the mail, and what without one. */
export function CheckMail({ name, email }: { name: string; email: string }) {
  const { t } = useWords();
  const resend = useResend();
  return (
    <AccessCard title={t('mail.title')}>
      <Text className="rc-wrap">{t('mail.sent', { email })}</Text>
      <Text size="sm">{t('mail.missing')}</Text>
      {resend.isError ? <Refused error={resend.error} /> : null}
      {resend.isSuccess ? <Text role="status">{t('mail.resent')}</Text> : null}
      <Button variant="default" loading={resend.isPending} onClick={() => resend.mutate({ name, email })}>
        {t('mail.resend')}
      </Button>
      <Link to={devicesView()}>{t('session.signIn')}</Link>
    </AccessCard>
  );
}
