/** Daily use (L6), slow and simple: a list of days that each device touched, and a loop over the days. */
const DAY_MS = 86_400_000;
const dayOf = (at: number): number => Math.floor(at / DAY_MS);

export interface ModelDay {
  day: number;
  devices: number;
  charged: number;
  waived: number;
}

interface Stay {
  from: number;
  /** null: still enrolled. */
  to: number | null;
}

interface Grant {
  device: string;
  credits: number;
  at: number;
}

const SECOND_THOUGHTS_MS = 72 * 3_600_000;

export class UsageModel {
  balance = 0;
  credited = false;
  readonly days: ModelDay[] = [];
  readonly stays = new Map<string, Stay[]>();
  private readonly firstDay: number;
  private readonly trialEndsAt: number;
  /** Grants that were not taken back, in order. */
  private readonly grants: Grant[] = [];
  /** What was booked, in order: their time never goes back (L5). */
  private readonly booked: { credits: number; at: number; usage: boolean }[] = [];

  constructor(trialEndsAt: number) {
    this.trialEndsAt = trialEndsAt;
    this.firstDay = Math.ceil(trialEndsAt / DAY_MS);
  }

  get nextDay(): number {
    return this.firstDay + this.days.length;
  }

  /** What was there at the day's end and is there still. Earlier days that were closed late count as if they had been closed at their ends. */
  private leftOf(day: number, now: number): number {
    const end = (day + 1) * DAY_MS;
    const first = this.booked.findIndex(({ at, usage }) => at >= end && !usage);
    // A clock that is more than a week behind what was booked says nothing about what came before what.
    const after = first < 0 || (this.booked[first]?.at ?? 0) > now + 7 * DAY_MS ? this.booked.length : first;
    const sum = (rows: { credits: number }[]): number => rows.reduce((total, { credits }) => total + credits, 0);
    let left = sum(this.booked.slice(0, after)) + sum(this.booked.slice(after).filter(({ usage }) => usage));
    let least = left;
    for (const { credits, usage } of this.booked.slice(after)) {
      if (!usage) left += credits;
      least = Math.min(least, left);
    }
    return least;
  }

  /** Closes day after day while they are over; nothing where more than seven are open, unless the operator says so. */
  close(now: number, through = dayOf(now) - 1, byOperator: { waive: boolean } | null = null): void {
    if (byOperator === null && dayOf(now) - this.nextDay > 7) return;
    while (this.nextDay <= through) {
      const day = this.nextDay;
      const touches = ({ from, to }: Stay): boolean => from <= day && (to === null || day <= to);
      const devices = [...this.stays.values()].filter((stays) => stays.some(touches)).length;
      const charged = byOperator?.waive === true ? 0 : Math.min(devices, this.leftOf(day, now));
      if (charged > 0) this.book(-charged, now, true);
      this.days.push({ day, devices, charged, waived: byOperator?.waive === true ? 1 : 0 });
    }
  }

  isEnrolled(device: string): boolean {
    return this.stays.get(device)?.at(-1)?.to === null;
  }

  isDisabled(now: number): boolean {
    return this.balance === 0 && now >= this.trialEndsAt;
  }

  /** False where the domain is disabled and the board brings nothing (D5). */
  enrol(device: string, brings: number, now: number): boolean {
    this.close(now);
    if (this.isEnrolled(device)) return true;
    if (brings === 0 && this.isDisabled(now)) return false;
    this.stays.set(device, [...(this.stays.get(device) ?? []), { from: this.notClosed(dayOf(now)), to: null }]);
    if (brings > 0) this.grants.push({ device, credits: brings, at: this.book(brings, now) });
    return true;
  }

  /** Credits that the board takes along: its last grant, if that is not older than 72 h, as far as the balance goes (E14). */
  unenrol(device: string, now: number): number {
    const stay = this.stays.get(device)?.at(-1);
    // A day that is closed has counted the device already, whatever the clock says now.
    if (stay?.to === null) stay.to = Math.max(stay.from, this.notClosed(dayOf(now) + 1) - 1);
    const last = this.grants.findLast((grant) => grant.device === device);
    if (last === undefined || now - last.at >= SECOND_THOUGHTS_MS) return 0;
    this.close(now);
    const taken = Math.min(last.credits, this.balance);
    if (taken === 0) return 0;
    this.grants.splice(this.grants.indexOf(last), 1);
    this.book(-taken, now);
    return taken;
  }

  topUp(credits: number, now: number): void {
    this.close(now);
    this.book(credits, now);
  }

  /** When it is booked. */
  private book(credits: number, now: number, usage = false): number {
    this.balance += credits;
    const at = Math.max(this.booked.at(-1)?.at ?? 0, now);
    this.booked.push({ credits, at, usage });
    return at;
  }

  private notClosed(day: number): number {
    return this.days.length === 0 ? day : Math.max(day, this.nextDay);
  }
}
