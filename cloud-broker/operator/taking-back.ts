/** Reversals and releases by the operator (E14, L9). */
import * as z from 'zod';
import { RollcallError } from '../../protocol/errors.ts';
import { deviceText, domainName, normaliseDomain } from '../../protocol/text.ts';
import type { Store } from '../store/port.ts';

const reason = z.string().trim().pipe(deviceText(500));
const MAX_CREDITS = 1_000_000_000;
const BOARDS_AT_ONCE = 200;

export const reasonBody = z.object({ reason });
export const boardReleased = z.object({
  serial: z.string(),
  domain: domainName,
  deviceId: z.string(),
  takenBack: z.int(),
  /** Not covered by the balance. */
  missing: z.int(),
  left: z.int(),
});
export const madeGood = z.object({ serial: z.string(), domain: domainName, credits: z.int() });

export const releaseCreditsBody = z.union([
  z.strictObject({ serial: z.string().min(1).max(64) }),
  z.strictObject({ invoice: z.string().min(1).max(64), domain: z.string().min(1).max(64) }),
]);
export const creditsReleased = z.object({ released: z.int(), credits: z.int() });

export const adjustBody = z.object({
  credits: z
    .int()
    .min(-MAX_CREDITS)
    .max(MAX_CREDITS)
    .refine((credits) => credits !== 0, 'must not be 0'),
  reason,
  /** Identifies the correction: a repeat is booked once. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional(),
});
export const adjusted = z.object({ id: z.string(), transfer: z.string(), repeated: z.boolean() });
export const reverseBody = z.object({ n: z.int().min(1), reason });
export const reversed = z.object({ transfer: z.string(), credits: z.int() });

export type BoardReleased = z.output<typeof boardReleased>;
export type MadeGood = z.output<typeof madeGood>;
export type ReleaseCredits = z.input<typeof releaseCreditsBody>;
export type CreditsReleased = z.output<typeof creditsReleased>;
export type Adjust = z.input<typeof adjustBody>;
export type Adjusted = z.output<typeof adjusted>;
export type Reverse = z.input<typeof reverseBody>;
export type Reversed = z.output<typeof reversed>;

interface Services {
  store: Store;
  clock(): number;
  random(bytes: number): Uint8Array;
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new RollcallError('invalid-request', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  return parsed.data;
}

/** Everything here refuses with `invalid-request`, `not-found` or `conflict`, with the reason in the details. */
export function takingBack({ store, clock, random }: Services, actor: string) {
  return {
    releaseBoard: async (serial: string, why: string): Promise<BoardReleased> =>
      store.write('releaseBoard', { now: clock(), actor, serial, ...checked(reasonBody, { reason: why }) }),
    makeGood: async (serial: string, why: string): Promise<MadeGood> =>
      store.write('makeGood', { now: clock(), actor, serial, ...checked(reasonBody, { reason: why }) }),
    releaseCredits: async (asked: ReleaseCredits): Promise<CreditsReleased> => {
      const named = checked(releaseCreditsBody, asked);
      const of = 'domain' in named ? { ...named, domain: normaliseDomain(named.domain) } : named;
      const sum: CreditsReleased = { released: 0, credits: 0 };
      for (;;) {
        const piece = await store.write('releaseCredits', { now: clock(), actor, of, most: BOARDS_AT_ONCE });
        sum.released += piece.released;
        sum.credits += piece.credits;
        if (piece.done) return sum;
      }
    },
    adjust: async (domain: string, asked: Adjust): Promise<Adjusted> => {
      const { id = Buffer.from(random(8)).toString('hex'), ...about } = checked(adjustBody, asked);
      const booked = await store.write('adjust', { now: clock(), actor, domain: normaliseDomain(domain), id, ...about });
      return { id, transfer: String(booked.transferId), repeated: booked.repeated };
    },
    reverse: async (domain: string, asked: Reverse): Promise<Reversed> => {
      const booked = await store.write('reverse', {
        now: clock(),
        actor,
        domain: normaliseDomain(domain),
        ...checked(reverseBody, asked),
      });
      return { transfer: String(booked.transferId), credits: booked.credits };
    },
  };
}

export type TakingBack = ReturnType<typeof takingBack>;
