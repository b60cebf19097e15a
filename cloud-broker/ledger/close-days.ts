import type { Store } from '../store/port.ts';

/** Days closed in one write: a few milliseconds, between which others write. */
const DAYS_A_WRITE = 50;

export interface ClosedUsage {
  days: number;
  credits: number;
}

/** Closes what is open up to `through`, in pieces; `most` days, or all. Refuses as the operation does. */
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
