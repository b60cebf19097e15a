import { Button, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Alert } from '../../../protocol/api-alerts.ts';
import { useSession } from '../app/Session.tsx';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AlertLine } from './AlertLine.tsx';
import { AlertRulesPanel } from './AlertRulesPanel.tsx';
import { alertsQuery } from './queries.ts';

/** P7: what is wrong, what was, and what is mailed of it. */
export function AlertsPage() {
  const { t } = useWords();
  const { role } = useSession();
  return (
    <div className="rc-stack rc-medium">
      <div className="rc-page-head">
        <Title order={1} size="h2">
          {t('alerts.title')}
        </Title>
        <CopyCurl path="/alerts" />
      </div>
      <Open />
      <Earlier />
      {role === 'user' ? null : <AlertRulesPanel />}
    </div>
  );
}

function Open() {
  const { t } = useWords();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(alertsQuery('open'));
  if (data === undefined)
    return error === null ? <RowsLoading rows={3} /> : <ErrorPanel error={error} retry={() => void refetch()} />;
  const rows = data.pages.flatMap((page) => page.items);
  if (rows.length === 0)
    return (
      <Empty title={t('alerts.calm')}>
        <Text>{t('alerts.calmHint')}</Text>
      </Empty>
    );
  const more = hasNextPage ? { busy: isFetchingNextPage, show: () => void fetchNextPage() } : null;
  return <Lines title={t('alerts.open')} rows={rows} more={more} />;
}

/** Nothing is said where there is nothing, or where the list above says why it cannot be read. */
function Earlier() {
  const { t } = useWords();
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(alertsQuery('closed'));
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.length === 0) return null;
  const more = hasNextPage ? { busy: isFetchingNextPage, show: () => void fetchNextPage() } : null;
  return <Lines title={t('alerts.earlier')} rows={rows} more={more} />;
}

function Lines({
  title,
  rows,
  more,
}: {
  title: string;
  rows: readonly Alert[];
  more: { busy: boolean; show: () => void } | null;
}) {
  const { t } = useWords();
  return (
    <section className="rc-stack" aria-label={title}>
      <Title order={2} size="h4">
        {title}
      </Title>
      <ul className="rc-panel rc-alerts">
        {rows.map((row) => (
          <AlertLine key={row.id} alert={row} />
        ))}
      </ul>
      {more === null ? null : (
        <div>
          <Button variant="default" loading={more.busy} onClick={more.show}>
            {t('rows.more')}
          </Button>
        </div>
      )}
    </section>
  );
}
