import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { balanceOverTime } from '../../../protocol/api-overview.ts';
import { read } from '../api/client.ts';
import { billingQuery } from '../api/queries.ts';
import { LineChart, type ChartLine } from '../parts/LineChart.tsx';
import { useWords } from '../words/words.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
/** A forecast of years would squeeze the past to nothing. */
const MAX_AHEAD_MS = DAYS * DAY_MS;

/** Credits of the last 90 days and their forecast at the present use (L8). Empty if there never were any. */
export function BalanceChart() {
  const { t, formats } = useWords();
  const figures = useQuery(billingQuery).data;
  const { data } = useQuery({
    // Read again when a booking changes the balance.
    queryKey: ['billing', 'balance', figures?.balance ?? null],
    queryFn: ({ signal }) => read(`/billing/balance?days=${DAYS}`, balanceOverTime, signal),
    enabled: figures !== undefined,
  });
  // There is nothing to show before the domain existed.
  const born = figures === undefined ? 0 : Date.parse(figures.createdAt) - DAY_MS;
  const points = (data?.points.map(({ at, balance }) => ({ at: Date.parse(at), value: balance })) ?? []).filter(
    ({ at }) => at >= born,
  );
  const [first, last] = [points[0], points.at(-1)];
  if (figures === undefined || first === undefined || last === undefined || points.every(({ value }) => value === 0)) return null;
  const ahead = figures.daysLeft === null ? 0 : Math.min(figures.daysLeft * DAY_MS, MAX_AHEAD_MS);
  const used = (ahead / DAY_MS) * figures.usedPerDay;
  const lines: ChartLine[] = [{ name: t('balance.used'), colour: 'wait', points, steps: true }];
  if (ahead > 0)
    lines.push({
      name: t('balance.forecast'),
      colour: 'off',
      dashed: true,
      points: [last, { at: last.at + ahead, value: Math.max(0, last.value - used) }],
    });
  const day = (at: number): string => formats.day(new Date(at).toISOString());
  return (
    <section className="rc-panel rc-card">
      <Title order={2} size="h4">
        {t('balance.title')}
      </Title>
      <LineChart
        label={t('balance.chart', { from: day(first.at), first: formats.number(first.value), now: formats.number(last.value) })}
        from={first.at}
        to={last.at + ahead}
        lines={lines}
      >
        <ol className="rc-commands">
          {points.toReversed().map(({ at, value }) => (
            <li key={at}>
              <span>{day(at)}</span>
              <span>{formats.number(value)}</span>
            </li>
          ))}
        </ol>
      </LineChart>
    </section>
  );
}
