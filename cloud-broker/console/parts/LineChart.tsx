import type { ReactNode } from 'react';
import type { StatusColour } from '../app/theme.ts';
import { useWords } from '../words/words.ts';

export interface ChartLine {
  name: string;
  colour: StatusColour;
  /** By time in milliseconds since 1970. `steps`: each value holds until the next; otherwise points are joined. The line breaks at null. */
  points: readonly { at: number; value: number | null }[];
  steps?: boolean;
  /** For values not yet reached. */
  dashed?: boolean;
}

interface Props {
  /** What the chart shows, in one sentence, for those who cannot see it. */
  label: string;
  from: number;
  to: number;
  lines: readonly ChartLine[];
  /** Highest value drawn; default: the next round number above all values. */
  top?: number | undefined;
  write?: (value: number) => string;
  /** Label of a time below the chart; default: its day. */
  stamp?: (at: number) => string;
  /** Periods without data. */
  gaps?: readonly { from: number; to: number }[];
  /** The same data in rows. */
  children: ReactNode;
}

const WIDTH = 1000;
const HEIGHT = 200;
const STEPS = [1, 2, 2.5, 5, 10];

/** The smallest round number not below `value`: 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return Math.max(1, power * (STEPS.find((step) => step * power >= value) ?? 10));
}

function path({ points, steps = false }: ChartLine, x: (at: number) => number, y: (value: number) => number): string {
  const corner = (n: number, at: number, value: number): string =>
    steps && n > 0
      ? `H${x(at).toFixed(1)} V${y(value).toFixed(1)}`
      : `${n === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  return points
    .flatMap(({ at, value }, n) => (value === null ? [] : corner(points[n - 1]?.value == null ? 0 : n, at, value)))
    .join(' ');
}

/** Line chart over time from zero up, as wide as there is room, with the same data as text below. */
export function LineChart({ label, from, to, lines, gaps = [], children, ...given }: Props) {
  const { t, formats } = useWords();
  const top = given.top ?? roundUp(Math.max(0, ...lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0))));
  const x = (at: number): number => ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * WIDTH;
  const y = (value: number): number => HEIGHT - (Math.max(0, value) / top) * HEIGHT;
  const { write = formats.number, stamp = (at: number) => formats.dayMonth(new Date(at).toISOString()) } = given;
  return (
    <figure className="rc-chart">
      <div className="rc-chart-top rc-dim">
        <span>{write(top)}</span>
        <span className="rc-legend">
          {lines.map(({ name, colour, dashed = false }) => (
            <span key={name}>
              <i style={{ borderColor: `var(--status-${colour})`, background: dashed ? 'none' : `var(--status-${colour})` }} />
              {name}
            </span>
          ))}
        </span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {gaps.map((gap) => (
          <rect key={gap.from} x={x(gap.from)} y={0} width={x(gap.to) - x(gap.from)} height={HEIGHT} className="rc-chart-gap" />
        ))}
        {[0.5, 1].map((share) => (
          <line key={share} x1={0} x2={WIDTH} y1={HEIGHT * (1 - share)} y2={HEIGHT * (1 - share)} className="rc-chart-grid" />
        ))}
        {lines.map((line) => (
          <path
            key={line.name}
            d={path(line, x, y)}
            stroke={`var(--status-${line.colour})`}
            strokeDasharray={line.dashed === true ? '6 5' : undefined}
          />
        ))}
      </svg>
      <figcaption className="rc-chart-top rc-dim">
        <span>{stamp(from)}</span>
        <span>{stamp(to)}</span>
      </figcaption>
      <details className="rc-dim">
        <summary>{t('chart.asText')}</summary>
        {children}
      </details>
    </figure>
  );
}
