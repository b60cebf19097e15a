import { useQuery } from '@tanstack/react-query';
import { deviceHealth, type DeviceHealth, type HealthHour } from '../../../protocol/api-health.ts';
import { read } from '../api/client.ts';
import type { StatusColour } from '../app/theme.ts';
import { LineChart } from '../parts/LineChart.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';
import { stepsOf, type Reported } from './health-lines.ts';

const AGAIN_MS = 60_000;

interface Measure {
  of: Reported;
  word: WordKey;
  colour: StatusColour;
}
interface Chart {
  measures: readonly Measure[];
  unit: string;
  /** Fixed top: percentages are seen against 100. */
  top?: number;
}

const charts: readonly Chart[] = [
  {
    measures: [
      { of: 'cpuPercent', word: 'health.cpu', colour: 'wait' },
      { of: 'memoryPercent', word: 'health.memory', colour: 'doubt' },
      { of: 'diskPercent', word: 'health.disk', colour: 'off' },
    ],
    unit: ' %',
    top: 100,
  },
  { measures: [{ of: 'temperatureC', word: 'health.temperature', colour: 'warn' }], unit: ' °C' },
  { measures: [{ of: 'heartbeats', word: 'health.heartbeats', colour: 'good' }], unit: '' },
];

/** Health reported over the last 24 hours, by the hour. */
export function HealthHistory({ id }: { id: string }) {
  const { t, formats } = useWords();
  const query = useQuery({
    queryKey: ['devices', 'health', id],
    queryFn: ({ signal }) => read(`/devices/${encodeURIComponent(id)}/health`, deviceHealth, signal),
    refetchInterval: AGAIN_MS,
  });
  const { data } = query;
  if (query.isError || data === undefined) return <Unread query={query} rows={2} />;
  const begun = Date.parse(data.since) > Date.parse(data.hours[0]?.at ?? data.to);
  return (
    <>
      {data.hours.every(({ heartbeats }) => heartbeats === 0) ? (
        <p className="rc-dim">{t('health.nothing')}</p>
      ) : (
        <div className="rc-day-charts">
          {charts.map((chart) => (
            <HealthChart key={chart.measures[0]?.of} chart={chart} health={data} />
          ))}
        </div>
      )}
      {begun ? <p className="rc-dim">{t('health.since', { time: formats.exact(data.since) })}</p> : null}
    </>
  );
}

/** Renders nothing if no value was reported. */
function HealthChart({ chart, health }: { chart: Chart; health: DeviceHealth }) {
  const { t, formats } = useWords();
  const { hours, since, to } = health;
  const measures = chart.measures.filter(({ of }) => hours.some((hour) => hour[of] !== null));
  if (measures.length === 0) return null;
  const [from, end] = [Date.parse(hours[0]?.at ?? to), Date.parse(to)];
  const write = (value: number): string => `${formats.number(value)}${chart.unit}`;
  const said = (hour: HealthHour): string =>
    measures.map(({ of, word }) => `${t(word)} ${hour[of] === null ? '–' : write(hour[of])}`).join(', ');
  const heard = hours.filter(({ heartbeats }) => heartbeats > 0).toReversed();
  const last = heard[0];
  const unknown = Math.min(Date.parse(since), end);
  return (
    <LineChart
      label={t('health.chart', { last: last === undefined ? '–' : `${formats.minute(last.at)}, ${said(last)}` })}
      from={from}
      to={end}
      top={chart.top}
      write={write}
      stamp={(at) => formats.minute(new Date(at).toISOString())}
      gaps={unknown > from ? [{ from, to: unknown }] : []}
      lines={measures.map(({ of, word, colour }) => ({ name: t(word), colour, points: stepsOf(hours, end, of) }))}
    >
      <ol className="rc-commands">
        {heard.map((hour) => (
          <li key={hour.at}>
            <span>{formats.minute(hour.at)}</span>
            <span>{said(hour)}</span>
          </li>
        ))}
      </ol>
    </LineChart>
  );
}
