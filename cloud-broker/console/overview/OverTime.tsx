import { SegmentedControl, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { overTime } from '../../../protocol/api-overview.ts';
import { hasCode } from '../api/failure.ts';
import { read } from '../api/client.ts';
import { LineChart } from '../parts/LineChart.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { daysOf, momentsOf } from './over-time.ts';

const AGAIN_MS = 300_000;

/** Displays online over the last days. Covers the whole domain, so hidden from users who see only some devices. */
export function OverTime() {
  const { t, formats } = useWords();
  const [days, setDays] = useState('7');
  const query = useQuery({
    queryKey: ['overview', 'presence', days],
    queryFn: ({ signal }) => read(`/overview/presence?days=${days}`, overTime, signal),
    refetchInterval: AGAIN_MS,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const { data } = query;
  if (hasCode(query.error, 'forbidden')) return <p className="rc-dim">{t('overview.ofYours')}</p>;
  const moments = data === undefined ? [] : momentsOf(data);
  const line = (name: string, colour: 'good' | 'off', value: 'online' | 'all') => ({
    name,
    colour,
    steps: true,
    points: moments.map((moment) => ({ at: moment.at, value: moment[value] })),
  });
  const ranges = daysOf(moments);
  return (
    <section className="rc-panel rc-card">
      <div className="rc-page-head">
        <Title order={2} size="h4">
          {t('overview.overTime')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('overview.overTime')}
          value={days}
          onChange={setDays}
          data={['7', '30', '90'].map((value) => ({ value, label: t('overview.days', { n: value }) }))}
        />
      </div>
      {data === undefined ? <Unread query={query} rows={3} /> : null}
      {data !== undefined && moments.length === 0 ? <p className="rc-dim">{t('overview.noTime')}</p> : null}
      {data !== undefined && moments.length > 0 ? (
        <LineChart
          label={t('overview.chart', {
            n: days,
            now: formats.number(moments.at(-1)?.online ?? 0),
            all: formats.number(moments.at(-1)?.all ?? 0),
          })}
          from={Date.parse(data.from)}
          to={Date.parse(data.to)}
          gaps={data.away.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))}
          lines={[line(t('overview.enrolled'), 'off', 'all'), line(t('status.online'), 'good', 'online')]}
        >
          <ol className="rc-commands">
            {ranges.map(({ day, least, most }) => (
              <li key={day}>
                <span>{formats.day(new Date(day).toISOString())}</span>
                <span>{t('overview.range', { least: formats.number(least), most: formats.number(most) })}</span>
              </li>
            ))}
          </ol>
        </LineChart>
      ) : null}
    </section>
  );
}
