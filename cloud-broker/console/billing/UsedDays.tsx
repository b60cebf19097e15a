import { Anchor, NavLink, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { FoldedRow } from '../../../protocol/api.ts';
import { usedDayQuery } from '../api/queries.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { SideDialog } from '../parts/Dialog.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

const DAY_MS = 86_400_000;
/** Days listed at once: more than a term. */
const MAX_DAYS = 400;

/** The days of a run, newest first. They are consecutive, without gaps (L6). */
function datesOf({ days, to }: NonNullable<FoldedRow['run']>): string[] {
  const last = Date.parse(`${to}T00:00:00Z`);
  return Array.from({ length: Math.min(days, MAX_DAYS) }, (_, back) => new Date(last - back * DAY_MS).toISOString().slice(0, 10));
}

/** What a row of daily use was charged for: its days and the devices of each (L7). */
export function UsedDays({ run, children }: { run: NonNullable<FoldedRow['run']>; children: ReactNode }) {
  const { t, formats } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Anchor component="button" type="button" onClick={() => setOpen(true)}>
        {children}
      </Anchor>
      <SideDialog title={t('history.usage')} opened={open} onClose={() => setOpen(false)}>
        {datesOf(run).map((date) => (
          <DayUsed key={date} date={date} label={formats.date(date)} />
        ))}
      </SideDialog>
    </>
  );
}

function DayUsed({ date, label }: { date: string; label: string }) {
  const [open, setOpen] = useState(false);
  return (
    <NavLink label={label} opened={open} onChange={setOpen}>
      {open ? <Devices date={date} /> : <span />}
    </NavLink>
  );
}

function Devices({ date }: { date: string }) {
  const { t, formats } = useWords();
  const query = useQuery(usedDayQuery(date));
  const { data } = query;
  if (data === undefined) return <Unread query={query} meanwhile={<Text size="sm">{t('loading')}</Text>} />;
  const more = data.devices - data.items.length;
  return (
    <ul className="rc-plain-list">
      <li>{t('history.charged', { devices: formats.number(data.devices), charged: formats.number(data.charged) })}</li>
      {data.items.map(({ id, label, serial }) => (
        <li key={id}>
          <Link to={deviceAlone(id)}>{label}</Link> <span className="rc-dim">{label === serial ? '' : serial}</span>
        </li>
      ))}
      {more > 0 ? <li className="rc-dim">{t('history.moreDevices', { count: more, n: formats.number(more) })}</li> : null}
    </ul>
  );
}
