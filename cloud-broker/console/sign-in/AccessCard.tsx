import { Paper, Stack, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';

interface AccessCardProps {
  /** Whose card it is; without it Rollcall's own. */
  brand?: string;
  title: string;
  /** Makes the card a form. */
  onSubmit?: () => void;
  children: ReactNode;
}

/** One thing to do for who is not signed in, in the middle of the page: brand, language, title and what follows. */
export function AccessCard({ brand = 'Rollcall', title, onSubmit, children }: AccessCardProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit?.();
  };
  const inside = (
    <Stack gap="md">
      <div className="rc-sign-in-head">
        <span className="rc-brand">
          <img src="/favicon.svg" alt="" width="28" height="28" />
          <span>{brand}</span>
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
        <Paper className="rc-panel rc-access" component="form" onSubmit={submit} p="xl" noValidate>
          {inside}
        </Paper>
      )}
    </div>
  );
}
