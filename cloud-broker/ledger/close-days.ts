import type { Store } from '../store/port.ts';

/** Days closed per write: a few milliseconds, with other writes in between. */
const DAYS_A_WRITE = 50;

export interface ClosedUsage {
  days: number;
  credits: number;
}

/** Closes the open days up to `through`, in batches; `most` days at most, or all. Refuses like the operation. */
export async function closeOpenDays(
  store: Pick<Store, 'write'>,
  about: {
    now: number;
    through: number;
    domain: string | null;
    byOperator: { waive: boolean; actor: string } | null;
  },
  onProgress: (days: number) => void = () => undefined,
  most = Infinity,
): Promise<ClosedUsage> {
  const sum: ClosedUsage = { days: 0, credits: 0 };
  for (let more = true; more && sum.days < most;) {
    const piece = await store.write('closeUsage', { ...about, most: Math.min(DAYS_A_WRITE, most - sum.days) });
    sum.days += piece.days;
    sum.credits += piece.credits;
    onProgress(sum.days);
    ({ more } = piece);
  }
  return sum;
}
