import { Alert, Button, Code, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { wordsOf } from '../../../protocol/errors.ts';
import { codesWaitS, Failure, failureWords, hasCode } from '../api/failure.ts';
import { useAdmins } from '../session/Session.tsx';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';

/** The correlation id, to quote to support; empty if there was no response. */
function Reference({ error }: { error: unknown }) {
  const { t } = useWords();
  if (!(error instanceof Failure) || error.correlationId === null) return null;
  return (
    <Text size="sm">
      {t('error.reference')} <Code className="rc-code">{error.correlationId}</Code>
    </Text>
  );
}

/** A refusal beside what was tried: sentence, next step and id (E11); nothing where nothing was refused (`error` null). */
export function Refused({ error }: { error: unknown }) {
  const { t, language, formats } = useWords();
  if (error === null) return null;
  const waitS = codesWaitS(error);
  const words =
    waitS === null
      ? failureWords(error, language)
      : { message: t('factor.tooMany'), next: t('factor.wait', { time: formats.duration(waitS) }) };
  return (
    <Alert className="rc-alert" variant="default" role="alert" title={words.message}>
      <Text size="sm">{words.next}</Text>
      <Reference error={error} />
    </Alert>
  );
}

/** A part of the page that could not be read: affects only that part, and says what to do. */
export function ErrorPanel({ error, retry }: { error: unknown; retry: () => void }) {
  const { t, language } = useWords();
  const denied = hasCode(error, 'forbidden');
  const words = denied ? wordsOf('forbidden', language) : failureWords(error, language);
  const admins = useAdmins();
  return (
    <Paper className="rc-panel" role="alert" p="xl">
      <Stack gap="xs" align="flex-start">
        <Title order={2} size="h4">
          {words.message}
        </Title>
        <Text>{denied && admins !== null ? t('session.askAdmin', { names: admins }) : words.next}</Text>
        <Reference error={error} />
        {denied ? null : (
          <Button variant="default" onClick={retry} mt="xs">
            {t('error.retry')}
          </Button>
        )}
      </Stack>
    </Paper>
  );
}

/** Shown for an empty list: what will appear here, or why nothing matches. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper className="rc-panel" p="xl">
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** Placeholders for coming rows. */
export function RowsLoading({ rows = 8 }: { rows?: number }) {
  const { t } = useWords();
  return (
    <Paper className="rc-panel" p="md" aria-busy="true" aria-label={t('loading')} role="status">
      <Stack gap="lg">
        {Array.from({ length: rows }, (_, row) => (
          <Group key={row} gap="xl" wrap="nowrap">
            <Skeleton height={14} width="14%" />
            <Skeleton height={14} width="34%" />
            <Skeleton height={14} width="22%" />
            <Skeleton height={14} width="16%" />
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

interface Reading {
  error: unknown;
  refetch: () => unknown;
}

interface UnreadProps {
  query: Reading;
  rows?: number;
  /** The placeholder, where it is not rows. */
  meanwhile?: ReactNode;
}

/** Stands in for what a query reads: a placeholder until it arrives, or why it could not be read. */
export function Unread({ query, rows = 8, meanwhile = <RowsLoading rows={rows} /> }: UnreadProps) {
  return query.error === null ? meanwhile : <ErrorPanel error={query.error} retry={() => void query.refetch()} />;
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  look?: Pick<ButtonProps, 'size' | 'variant'>;
  /** What the button says. */
  word?: WordKey;
}

/** Fetches the next page of a list, while there is one. */
export function More({ query, look = { variant: 'default' }, word = 'rows.more' }: MoreProps) {
  const { t } = useWords();
  if (!query.hasNextPage) return null;
  return (
    <div>
      <Button {...look} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t(word)}
      </Button>
    </div>
  );
}

/** Name and value pairs, each a `Fact`. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="rc-facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
