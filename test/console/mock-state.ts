import { signInBody } from '../../protocol/api.ts';
import type { Billing, Block, Device, HistoryRow, Session } from '../../protocol/api.ts';
import { blockAt, bookingAt, deviceAt, iso, pendingAt, usageAt } from './mock-data.ts';
import { MockCommands } from './mock-commands.ts';
import { MockRefusal } from './mock-refusal.ts';

export interface MockOptions {
  devices: number;
  pending?: number;
  blocks?: number;
  held?: number;
  role?: Session['role'];
  status?: Session['domain']['status'];
}

export const PASSWORD = 'correct horse battery';
const DAY_MS = 24 * 3_600_000;

/** One domain, `springfield`, in memory. */
export class MockState {
  readonly devices = new Map<string, Device>();
  readonly blocks = new Map<string, Block>();
  readonly commands = new MockCommands();
  readonly history: HistoryRow[] = [];
  readonly session: Session;
  readonly held: number;

  constructor(options: MockOptions) {
    const now = Date.now();
    const enrolled = Array.from({ length: options.devices }, (_, index) => deviceAt(index, now));
    const waiting = Array.from({ length: options.pending ?? 0 }, (_, index) => pendingAt(index, now, enrolled[0]));
    for (const device of [...enrolled, ...waiting]) this.devices.set(device.id, device);
    for (let index = 0; index < (options.blocks ?? 0); index += 1) this.blocks.set(`b-${index}`, blockAt(index, now));
    for (const device of enrolled.slice(0, 1000)) this.history.unshift(bookingAt(this.history.length + 1, device, now));
    if (enrolled.length > 0) this.history.unshift(usageAt(this.history.length + 1, this.balance, enrolled.length, now));
    this.held = options.held ?? 0;
    this.session = {
      user: 'admin@springfield',
      email: 'admin@springfield.example',
      role: options.role ?? 'domain-admin',
      secondFactor: false,
      domain: {
        name: 'springfield',
        admins: ['marge'],
        organization: 'Springfield School District',
        status: options.status ?? (enrolled.length > 0 ? 'active' : 'trial'),
        trialEndsAt: iso(now + 21 * DAY_MS),
        closingAt: null,
      },
    };
  }

  get balance(): number {
    return this.history[0]?.balanceAfter ?? 0;
  }

  get billing(): Billing {
    const devices = [...this.devices.values()].filter((device) => device.enrolledAt !== null).length;
    const daysLeft = devices === 0 ? null : Math.ceil(this.balance / devices);
    return {
      status: this.session.domain.status,
      createdAt: iso(Date.now() - 9 * DAY_MS),
      trialEndsAt: this.session.domain.trialEndsAt,
      devices,
      balance: this.balance,
      held: this.held,
      usedPerDay: devices,
      daysLeft,
      endsOn: daysLeft === null ? null : iso(Date.now() + daysLeft * DAY_MS).slice(0, 10),
    };
  }

  signIn(body: unknown): void {
    const { user, password } = signInBody.parse(body);
    const known = user === this.session.user || user === this.session.email;
    if (!known || password !== PASSWORD) throw new MockRefusal(401, 'sign-in-failed');
  }

  device(id: string): Device {
    const device = this.devices.get(id);
    if (device === undefined) throw new MockRefusal(404, 'not-found');
    return device;
  }

  put(device: Device): Device {
    this.devices.set(device.id, device);
    return device;
  }
}
