import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from '../app/Address.tsx';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { submitting } from '../parts/Form.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import type { Realm } from './realms.ts';

interface AccessCardProps {
  realm: Realm;
  title: string;
  /** Turns the card into a form. */
  onSubmit?: () => void;
  children: ReactNode;
}

/** One task for somebody not signed in, in the middle of the page: brand, language, title and content. */
export function AccessCard({ realm, title, onSubmit, children }: AccessCardProps) {
  const { t } = useWords();
  const inside = (
    <Stack gap="md">
      <div className="rc-sign-in-head">
        <span className="rc-brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{realm.brand === null ? 'Rollcall' : t(realm.brand)}</span>
        </span>
        <LanguageSwitch />
      </div>
      <Title order={1} size="h3">
        {title}
      </Title>
      {children}
    </Stack>
  );
  return (
    <div className="rc-sign-in">
      {onSubmit === undefined ? (
        <Paper className="rc-panel rc-access" p="xl">
          {inside}
        </Paper>
      ) : (
        <Paper className="rc-panel rc-access" component="form" onSubmit={submitting(onSubmit)} p="xl" noValidate>
          {inside}
        </Paper>
      )}
    </div>
  );
}

export function ToSignIn({ realm }: { realm: Realm }) {
  const { t } = useWords();
  return <Link to={realm.signIn}>{t('session.signIn')}</Link>;
}

/** Where a mail's link leads, until it is known what it stands for, or why it stands for nothing: then its children say what to do. */
export function UnreadLink({ realm, title, error, children }: Omit<AccessCardProps, 'onSubmit'> & { error: unknown }) {
  const { t } = useWords();
  return (
    <AccessCard realm={realm} title={title}>
      {error === null ? <Text role="status">{t('loading')}</Text> : <Refused error={error} />}
      {error === null ? null : children}
      <ToSignIn realm={realm} />
    </AccessCard>
  );
}
