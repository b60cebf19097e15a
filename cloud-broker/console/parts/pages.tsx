import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { submitting } from './Form.tsx';
import { Empty, Refused, Unread } from './panels.tsx';

/** The title of a page, and what can be done there. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="rc-page-head">
      <Title order={1} size="h2">
        {title}
      </Title>
      {children}
    </div>
  );
}

interface PanelProps {
  title: string;
  /** Makes it a form. */
  onSubmit?: () => void;
  /** Makes it a landmark of its title. */
  isLandmark?: boolean;
  gap?: 'md' | 'lg';
  children: ReactNode;
}

/** One thing that can be set on a page of settings. */
export function Panel({ title, onSubmit, isLandmark = false, gap = 'md', children }: PanelProps) {
  const inside = (
    <Stack gap={gap}>
      <Title order={2} size="h3" className="rc-wrap">
        {title}
      </Title>
      {children}
    </Stack>
  );
  if (onSubmit !== undefined)
    return (
      <Paper className="rc-panel" p="xl" component="form" onSubmit={submitting(onSubmit)}>
        {inside}
      </Paper>
    );
  return (
    <Paper className="rc-panel" p="xl" component={isLandmark ? 'section' : 'div'} aria-label={isLandmark ? title : undefined}>
      {inside}
    </Paper>
  );
}

interface SaveProps {
  attempt: { isPending: boolean; isSuccess: boolean; error: unknown };
  action: string;
  /** Something differs from what is stored. */
  changed: boolean;
  disabled: boolean;
  /** What is said once it is stored. */
  saved: string;
}

/** The end of a panel's form: why it was refused, the button, and that it is stored. */
export function Save({ attempt, action, changed, disabled, saved }: SaveProps) {
  return (
    <>
      <Refused error={attempt.error} />
      <Group gap="md">
        <Button type="submit" loading={attempt.isPending} disabled={disabled || !changed}>
          {action}
        </Button>
        <Text className="rc-dim" role="status">
          {attempt.isSuccess && !changed ? saved : ''}
        </Text>
      </Group>
    </>
  );
}

interface CardsProps<Item> {
  title: string;
  /** The button that makes another: above the cards, or where there are none. */
  make: ReactNode;
  query: { error: unknown; refetch: () => unknown };
  /** Undefined until they are read. */
  items: readonly Item[] | undefined;
  /** What is said where there are none. */
  empty: { title: string; hint: string };
  /** What stands above the cards, also where there are none. */
  children?: ReactNode;
  /** An `li`. */
  renderCard: (item: Item) => ReactNode;
}

/** A page of cards, one for each thing that was made. */
export function Cards<Item>({ title, make, query, items, empty, children, renderCard }: CardsProps<Item>) {
  return (
    <>
      <PageHead title={title}>{items !== undefined && items.length > 0 ? make : null}</PageHead>
      {children}
      {items === undefined ? (
        <Unread query={query} rows={3} />
      ) : items.length === 0 ? (
        <Empty title={empty.title}>
          <Text>{empty.hint}</Text>
          {make}
        </Empty>
      ) : (
        <ul className="rc-cards">{items.map(renderCard)}</ul>
      )}
    </>
  );
}
