import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { FoldedRow } from '../../../protocol/api.ts';
import { rowsIn } from '../api/pages.ts';
import { historyQuery } from '../api/queries.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { Changes } from '../parts/Changes.tsx';
import { useInteractionLock } from '../parts/held.ts';
import { Empty, Unread } from '../parts/panels.tsx';
import { Exact } from '../parts/Time.tsx';
import { Cell, VirtualTable } from '../parts/VirtualTable.tsx';
import { actorName } from '../words/actor.ts';
import { useWords } from '../words/words.ts';
import { UsedDays } from './UsedDays.tsx';
import type { WordKey } from '../words/words.ts';

const ROW_PX = { wide: 49, narrow: 104 };

const kindWords: Record<FoldedRow['kind'], WordKey> = {
  enrolment: 'history.enrolment',
  'product-key': 'history.productKey',
  usage: 'history.usage',
  adjustment: 'history.adjustment',
  reversal: 'history.reversal',
};

/** Billing History: every transfer, newest first. Bookings never change; new ones appear at the top unless somebody is reading. */
export function History() {
  const { held, zone } = useInteractionLock();
  return (
    <div {...zone}>
      <Listing held={held} />
    </div>
  );
}

function Listing({ held }: { held: boolean }) {
  const { t } = useWords();
  const query = useInfiniteQuery(historyQuery);
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  const rows = useMemo(() => rowsIn(data), [data]);
  const fetchMore = useCallback(() => {
    if (!isFetching) void fetchNextPage();
  }, [isFetching, fetchNextPage]);
  if (data === undefined) return <Unread query={query} />;
  const [newest] = rows;
  if (newest === undefined) {
    return (
      <Empty title={t('history.empty')}>
        <Text>{t('history.emptyHint')}</Text>
      </Empty>
    );
  }
  return <Rows held={held} rows={rows} newest={newest.n} more={hasNextPage} fetchMore={fetchMore} />;
}

interface RowsProps {
  held: boolean;
  rows: readonly FoldedRow[];
  newest: number;
  more: boolean;
  fetchMore: () => void;
}

function Rows({ held, rows, newest, more, fetchMore }: RowsProps) {
  const { t } = useWords();
  const lost = useLost();
  // The newest row shown; unchanged while held.
  const [shown, setShown] = useState(newest);
  if (!held && shown !== newest) setShown(newest);
  const visible = useMemo(() => rows.filter((row) => row.n <= shown), [rows, shown]);
  return (
    <div className={`rc-panel${lost ? ' rc-pale' : ''}`}>
      <VirtualTable
        label={t('billing.history')}
        layout="rc-history"
        columns={[t('history.date'), t('history.what'), t('history.credits'), t('history.balance'), t('history.who')]}
        rows={visible}
        total={more ? -1 : visible.length}
        rowKey={(row) => row.id}
        renderCells={(row) => <Cells row={row} />}
        rowHeight={ROW_PX}
        more={more}
        fetchMore={fetchMore}
        strip={<Changes count={rows.length - visible.length} show={() => setShown(newest)} />}
      />
    </div>
  );
}

function Cells({ row }: { row: FoldedRow }) {
  const { t, formats } = useWords();
  return (
    <>
      <Cell area="date">{row.run === undefined ? <Exact at={row.at} /> : formats.dates(row.run.from, row.run.to)}</Cell>
      <Cell area="what">
        {t(kindWords[row.kind])} <Cause row={row} />
        {row.reason === undefined ? null : <span className="rc-dim"> {row.reason}</span>}
      </Cell>
      <Cell area="credits">
        <b>{formats.signed(row.credits)}</b>
      </Cell>
      <Cell area="balance" name={t('history.balance')}>
        {formats.number(row.balanceAfter)}
      </Cell>
      <Cell area="who" name={t('history.who')}>
        {actorName(t, row.actor)}
      </Cell>
    </>
  );
}

/** What a row was booked for (L7): its device by its current label, or its product key. */
function Cause({ row }: { row: FoldedRow }) {
  const { t, formats } = useWords();
  if (row.run !== undefined) {
    const { days } = row.run;
    return <UsedDays run={row.run}>{t('history.days', { count: days, n: formats.number(days) })}</UsedDays>;
  }
  const name = row.label ?? row.serial ?? row.device;
  if (row.device !== undefined && name !== undefined) return <Link to={deviceAlone(row.device)}>{name}</Link>;
  if (row.key !== undefined) return <span className="rc-mono">…{row.keyEndsWith ?? ''}</span>;
  return name === undefined ? null : <span>{name}</span>;
}
