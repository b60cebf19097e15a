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

export class UsageModel {
  balance = 0;
  credited = false;
  readonly days: ModelDay[] = [];
  readonly stays = new Map<string, Stay[]>();
  private readonly firstDay: number;
  private readonly trialEndsAt: number;

  constructor(trialEndsAt: number) {
    this.trialEndsAt = trialEndsAt;
    this.firstDay = Math.ceil(trialEndsAt / DAY_MS);
  }

  get nextDay(): number {
    return this.firstDay + this.days.length;
  }

  /** Closes day after day while they are over; nothing where more than seven are open, unless the operator says so. */
  close(now: number, through = dayOf(now) - 1, byOperator: { waive: boolean } | null = null): void {
    if (byOperator === null && dayOf(now) - this.nextDay > 7) return;
    while (this.nextDay <= through) {
      const day = this.nextDay;
      const touches = ({ from, to }: Stay): boolean => from <= day && (to === null || day <= to);
      const devices = [...this.stays.values()].filter((stays) => stays.some(touches)).length;
      const charged = byOperator?.waive === true ? 0 : Math.min(devices, this.balance);
      this.balance -= charged;
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
    this.balance += brings;
    return true;
  }

  unenrol(device: string, now: number): void {
    const stay = this.stays.get(device)?.at(-1);
    // A day that is closed has counted the device already, whatever the clock says now.
    if (stay?.to === null) stay.to = Math.max(stay.from, this.notClosed(dayOf(now) + 1) - 1);
  }

  topUp(credits: number, now: number): void {
    this.close(now);
    this.balance += credits;
  }

  private notClosed(day: number): number {
    return this.days.length === 0 ? day : Math.max(day, this.nextDay);
  }
}
