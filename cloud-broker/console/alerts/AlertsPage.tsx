import { Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Alert } from '../../../protocol/api-alerts.ts';
import { rowsIn } from '../api/pages.ts';
import { useSession } from '../session/Session.tsx';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Empty, More, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { AlertLine } from './AlertLine.tsx';
import { AlertRulesPanel } from './AlertRulesPanel.tsx';
import { alertsQuery } from './queries.ts';

/** P7: current and past problems, and which of them are mailed. */
export function AlertsPage() {
  const { t } = useWords();
  const { role } = useSession();
  return (
    <div className="rc-stack rc-medium">
      <PageHead title={t('alerts.title')}>
        <CopyCurl path="/alerts" />
      </PageHead>
      <Open />
      <Earlier />
      {role === 'user' ? null : <AlertRulesPanel />}
    </div>
  );
}

function Open() {
  const { t } = useWords();
  const query = useInfiniteQuery(alertsQuery('open'));
  if (query.data === undefined) return <Unread query={query} rows={3} />;
  const rows = rowsIn(query.data);
  if (rows.length === 0)
    return (
      <Empty title={t('alerts.calm')}>
        <Text>{t('alerts.calmHint')}</Text>
      </Empty>
    );
  return <Lines title={t('alerts.open')} rows={rows} more={<More query={query} />} />;
}

/** Shows nothing if the list is empty, or if the list above already shows why it cannot be read. */
function Earlier() {
  const { t } = useWords();
  const query = useInfiniteQuery(alertsQuery('closed'));
  const rows = rowsIn(query.data);
  return rows.length === 0 ? null : <Lines title={t('alerts.earlier')} rows={rows} more={<More query={query} />} />;
}

function Lines({ title, rows, more }: { title: string; rows: readonly Alert[]; more: ReactNode }) {
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
      {more}
    </section>
  );
}
