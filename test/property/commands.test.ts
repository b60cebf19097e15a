import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommandDispatcher } from '../../cloud-broker/device-commands/dispatcher.ts';
import { COMMAND_LIFE_MS } from '../../cloud-broker/device-commands/rules.ts';

type Step = 'wish' | 'answer' | 'connect' | 'lose' | 'sweep' | 'restart' | 'late';

/** What may happen around one device. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('wish' as const) },
  { weight: 3, arbitrary: fc.constant('answer' as const) },
  fc.constantFrom('connect' as const, 'lose' as const, 'sweep' as const, 'restart' as const, 'late' as const),
);

/** The device and the store beside it, as simple as they can be. */
class World {
  now = 0;
  readonly open = new Map<string, { id: string; name: string; args: string; expiresAt: number }>();
  /** What the dispatcher believes to be under way in this session: sent, and neither answered nor given up. */
  inFlight: { id: string; at: number } | null = null;
  mostInFlight = 0;
  readonly done: string[] = [];
  readonly sentThisSession = new Map<string, number>();
  connected = false;
  private made = 0;
  dispatcher = this.newDispatcher();

  newDispatcher(): CommandDispatcher {
    return new CommandDispatcher({
      open: async (_deviceId, now) => [...this.open.values()].filter(({ expiresAt }) => expiresAt > now),
      send: async (_deviceId, command) => {
        if (!this.connected) throw new Error('sent to a device that is not there');
        if (!this.open.has(command.commandId)) throw new Error('sent what had ended');
        if (this.inFlight !== null && this.now - this.inFlight.at < 60_000) this.mostInFlight = 2;
        this.inFlight = { id: command.commandId, at: this.now };
        this.sentThisSession.set(command.commandId, (this.sentThisSession.get(command.commandId) ?? 0) + 1);
        return true;
      },
      moved: async () => undefined,
      clock: () => this.now,
    });
  }

  async begin(): Promise<void> {
    this.inFlight = null;
    this.sentThisSession.clear();
    this.connected = true;
    await this.dispatcher.ready('device');
  }

  lose(): void {
    this.connected = false;
    this.inFlight = null;
    this.dispatcher.gone('device');
  }

  async answer(): Promise<void> {
    const id = this.inFlight?.id;
    if (id === undefined) return;
    this.inFlight = null;
    this.open.delete(id);
    this.done.push(id);
    await this.dispatcher.answered('device', id);
  }

  async wish(): Promise<void> {
    this.made += 1;
    const id = `c${this.made}`;
    this.open.set(id, { id, name: 'identify', args: '{}', expiresAt: this.now + COMMAND_LIFE_MS });
    await this.dispatcher.added('device');
  }

  async take(what: Step): Promise<void> {
    this.now += 1000;
    if (what === 'wish') await this.wish();
    else if (what === 'answer') await this.answer();
    else if (what === 'connect') await this.begin();
    else if (what === 'lose') this.lose();
    else if (what === 'late') this.now += 50_000;
    else if (what === 'sweep') await this.dispatcher.sweep();
    else {
      this.lose();
      this.dispatcher = this.newDispatcher();
    }
  }
}

test('[P8] whatever happens: at most one command in flight a device, each at most once a session, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = new World();
      for (const what of steps) {
        await world.take(what);
        expect(world.mostInFlight).toBeLessThan(2);
        expect(Math.max(0, ...world.sentThisSession.values())).toBeLessThan(2);
      }
      // A device that stays and answers gets all that is left, in its order.
      const left = [...world.open.keys()];
      const before = world.done.length;
      await world.begin();
      for (let most = left.length; most > 0; most -= 1) await world.answer();
      expect(world.done.slice(before)).toEqual(left);
      expect(world.open.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});
