/** How two things are compared: in turn in one run (A B A B …), medians and the ratio pair by pair. */
export interface Pair {
  ours: number;
  other: number;
}

export interface Comparison {
  bench: string;
  figure: string;
  unit: string;
  pairs: Pair[];
  /** What the median of ours / other must be. */
  bound: { atLeast: number } | { atMost: number };
  note?: string;
}

/** `smoke`: as small as shows that it works; no figure of it means anything. */
export type Size = 'full' | 'smoke';
export type Bench = (size: Size) => Promise<Comparison[]>;

export interface Finding {
  bench: string;
  figure: string;
  unit: string;
  ours: number;
  other: number;
  ratio: number;
  /** Smallest and largest ratio of a pair. */
  spread: [number, number];
  bound: string;
  ok: boolean;
  note?: string;
}

/** The value at `share` of the sorted values, 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

const rounded = (value: number): number => Number(value.toPrecision(4));

/** The verdict on one comparison. */
export function judge(comparison: Comparison): Finding {
  const { bench, figure, unit, pairs, bound, note } = comparison;
  const ratios = pairs.map(({ ours, other }) => ours / other);
  const ratio = median(ratios);
  const ok = 'atLeast' in bound ? ratio >= bound.atLeast : ratio <= bound.atMost;
  return {
    bench,
    figure,
    unit,
    ours: rounded(median(pairs.map((pair) => pair.ours))),
    other: rounded(median(pairs.map((pair) => pair.other))),
    ratio: rounded(ratio),
    spread: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    bound: 'atLeast' in bound ? `>= ${bound.atLeast}` : `<= ${bound.atMost}`,
    ok,
    ...(note === undefined ? {} : { note }),
  };
}

/** Runs both sides in turn. The first pair warms up and is not counted. */
export async function inTurn(pairs: number, ours: () => Promise<number>, other: () => Promise<number>): Promise<Pair[]> {
  const counted: Pair[] = [];
  for (let round = 0; round <= pairs; round += 1) {
    const pair = { ours: await ours(), other: await other() };
    if (round > 0) counted.push(pair);
  }
  return counted;
}
