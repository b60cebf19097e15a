import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DevicePresence, PresenceDay, PresenceSpan } from '../../../protocol/api-presence.ts';
import { dateIn } from '../../../protocol/time-zone.ts';
import { presenceQuery } from '../api/queries.ts';
import { Unread } from '../parts/panels.tsx';
import { Exact } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';
import { browserZone } from '../words/zone.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
const FIRST_SPANS = 6;

/** From the bottom of a day's column up. */
const kinds = ['online', 'late', 'lost', 'said', 'unknown', 'never'] as const;
type Kind = (typeof kinds)[number];
const kindWords: Record<Kind, WordKey> = {
  online: 'status.online',
  late: 'status.late',
  lost: 'history.lost',
  said: 'history.said',
  unknown: 'history.unknown',
  never: 'status.never',
};

/** Presence over the last 90 days (P5). */
export function PresenceHistory({ id }: { id: string }) {
  const { t, formats } = useWords();
  const query = useQuery(presenceQuery(id));
  const { data } = query;
  if (query.isError || data === undefined) return <Unread query={query} rows={2} />;
  const { uptimePercent } = data;
  const uptime = uptimePercent === null ? t('history.nothing') : t('history.uptime', { percent: formats.percent(uptimePercent) });
  return (
    <>
      <p>{uptime}</p>
      <Strip presence={data} uptime={uptime} />
      <Legend days={data.days} />
      <Spans spans={data.spans} />
    </>
  );
}

/** One column per day kept, today last. Days on which the device was not enrolled are empty. */
function Strip({ presence: { days, to }, uptime }: { presence: DevicePresence; uptime: string }) {
  const { t, formats } = useWords();
  const last = days.at(-1)?.date ?? dateIn(Date.parse(to), browserZone());
  const known = new Map(days.map((day) => [day.date, day]));
  const dates = Array.from({ length: DAYS }, (_, index) =>
    new Date(Date.parse(last) - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
  const label = t('history.strip', { from: formats.date(dates[0] ?? last), to: formats.date(last), uptime });
  return (
    <div className="rc-strip" role="img" aria-label={label}>
      {dates.map((date) => (
        <Day key={date} date={date} day={known.get(date)} />
      ))}
    </div>
  );
}

function Day({ date, day }: { date: string; day: PresenceDay | undefined }) {
  const { t, formats } = useWords();
  if (day === undefined) return <span title={formats.date(date)} />;
  const was = kinds.filter((kind) => day[kind] > 0);
  // A day is longer when the clocks go back.
  const seconds = Math.max(
    DAY_MS / 1000,
    kinds.reduce((sum, kind) => sum + day[kind], 0),
  );
  const lines = was.map((kind) => `${t(kindWords[kind])}: ${formats.duration(day[kind])}`);
  if (day.running > 0) lines.push(`${t('history.running')}: ${formats.duration(day.running)}`);
  return (
    <span title={[formats.date(date), ...lines].join('\n')}>
      {was.map((kind) => (
        <i key={kind} className={`rc-was-${kind}`} style={{ height: `${(100 * day[kind]) / seconds}%` }} />
      ))}
    </span>
  );
}

/** Explains only what the strip shows. */
function Legend({ days }: { days: readonly PresenceDay[] }) {
  const { t } = useWords();
  const shown = kinds.filter((kind) => kind !== 'never' && days.some((day) => day[kind] > 0));
  return (
    <div className="rc-legend rc-dim">
      {shown.map((kind) => (
        <span key={kind}>
          <i className={`rc-was-${kind}`} />
          {t(kindWords[kind])}
        </span>
      ))}
    </div>
  );
}

function Spans({ spans }: { spans: readonly PresenceSpan[] }) {
  const { t } = useWords();
  const [all, setAll] = useState(false);
  if (spans.length === 0) return null;
  return (
    <>
      <ol className="rc-commands" aria-label={t('history.spans')}>
        {(all ? spans : spans.slice(0, FIRST_SPANS)).map((span) => (
          <SpanLine key={span.from} span={span} />
        ))}
      </ol>
      {all || spans.length <= FIRST_SPANS ? null : (
        <Button variant="subtle" size="xs" onClick={() => setAll(true)}>
          {t('commands.more')}
        </Button>
      )}
    </>
  );
}

function SpanLine({ span }: { span: PresenceSpan }) {
  const { t, formats } = useWords();
  const kind: Kind = span.status === 'offline' ? (span.how ?? 'lost') : span.status;
  const seconds = (Date.parse(span.to) - Date.parse(span.from)) / 1000;
  return (
    <li>
      <span>
        {t(kindWords[kind])}
        {span.running ? <span className="rc-dim"> · {t('history.running')}</span> : null}
      </span>
      <span className="rc-dim">
        <Exact at={span.from} /> · {formats.duration(seconds)}
      </span>
    </li>
  );
}
