import * as z from 'zod';
import { asciiText, deviceText } from './text.ts';
import { isDeviceId, PROTOCOL_VERSION } from './topics.ts';

/** At most 16 KiB per packet, in both directions (protocol.md §1). */
export const MAX_PACKET_BYTES = 16 * 1024;
export const MAX_EPOCH = 2 ** 48;

/** P3: the next epoch; 0 means none yet. It wraps around at the end of the range, so that one corrupt state locks nobody out. */
export function epochAfter(epoch: number): number {
  return epoch >= MAX_EPOCH ? 1 : epoch + 1;
}

const epoch = z.int().min(1).max(MAX_EPOCH);
const time = z.iso.datetime();
const requestId = z.uuid();
const deviceId = z.string().refine(isDeviceId, 'not a device id');
const base64url = (bytes: number) =>
  z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `must be ${bytes} bytes of base64url`);
const percent = z.number().min(0).max(100);
const seconds = z
  .number()
  .min(0)
  .max(10 * 366 * 86_400);
/** Delays sent by the service: whole seconds, at most a day. */
const wait = z.int().positive().max(86_400);
const jitter = z.int().min(0).max(86_400);

const serialSources = ['android-getprop', 'dmi', 'device-tree', 'machine-id', 'simulated'] as const;

const board = z.object({
  serial: asciiText(64),
  serialSource: z.enum(serialSources),
  model: asciiText(64),
  manufacturer: deviceText(64).optional(),
  firmware: asciiText(64).optional(),
  os: deviceText(64),
  arch: deviceText(64),
  agentVersion: deviceText(64),
});

const request = z.object({
  type: z.literal('request'),
  protocol: z.literal(PROTOCOL_VERSION),
  requestId,
  // Only the length is checked: an impossible name is answered `domain-unknown`, like one that does not exist.
  domain: z.string().min(1).max(256),
  pairingCode: z.string().max(64).optional(),
  renew: deviceId.optional(),
  publicKey: z.string().max(1024),
  board,
});

const proof = z.object({
  type: z.literal('proof'),
  requestId,
  deviceSignature: base64url(64),
  boardSignature: base64url(64).optional(),
});

const challenge = z.object({ type: z.literal('challenge'), requestId, nonce: base64url(32), expiresInS: wait });

export const creditReasons = ['granted', 'held', 'product-key', 'not-listed', 'none-left'] as const;

const accepted = z.object({
  type: z.literal('accepted'),
  requestId,
  deviceId,
  certificate: z.string(),
  ca: z.string(),
  brokerUrl: z.string(),
  replay: z.boolean(),
  epochFrom: epoch,
  now: time,
  domain: z.object({ name: z.string(), organization: z.string() }),
  heartbeat: z.object({ intervalS: wait, jitterS: jitter }),
  credits: z.object({ granted: z.int().min(0), reason: z.enum(creditReasons) }),
});

const pending = z.object({
  type: z.literal('pending'),
  requestId,
  code: z.string(),
  message: z.string(),
  checkCode: z.string(),
  retryAfterS: wait,
  /** Seconds for which the service keeps the session open for the decision; without it the board asks again after retryAfterS. */
  waitS: z.int().min(0).max(600).optional(),
  correlationId: z.string(),
});

const rejected = z.object({
  type: z.literal('rejected'),
  requestId: requestId.optional(),
  code: z.string(),
  message: z.string(),
  next: z.string(),
  retryAfterS: wait.optional(),
  correlationId: z.string(),
});

const inventory = z.record(asciiText(64), deviceText(256)).refine((map) => Object.keys(map).length <= 64, 'at most 64 entries');

const birth = z.object({
  type: z.literal('birth'),
  epoch,
  at: time,
  agentVersion: deviceText(64),
  firmware: asciiText(64).optional(),
  intervalS: z.int().min(1).max(86_400),
  inventory,
});

const heartbeat = z.object({
  type: z.literal('heartbeat'),
  epoch,
  seq: z.int().min(0).max(MAX_EPOCH),
  at: time,
  uptimeS: seconds,
  intervalS: z.int().min(1).max(86_400).optional(),
  health: z.object({
    cpuPercent: percent.optional(),
    memoryPercent: percent.optional(),
    diskPercent: percent.optional(),
    temperatureC: z.number().min(-100).max(250).optional(),
    screen: z.enum(['on', 'asleep', 'off']).optional(),
  }),
  missed: z.object({ fromAgoS: seconds, toAgoS: seconds, count: z.int().min(0).max(10_000_000) }).optional(),
});

const will = z.object({ type: z.literal('will'), epoch, reason: z.enum(['shutdown', 'sleep', 'update']).optional() });
const unenroll = z.object({ type: z.literal('unenroll'), epoch });

const settings = z.object({
  type: z.literal('settings'),
  intervalS: wait,
  jitterS: jitter,
  now: time,
  epochFrom: epoch.optional(),
});

const command = z.object({
  type: z.literal('command'),
  commandId: z.uuid(),
  name: z.enum(['identify', 'refresh', 'set-tags', 'unenroll']),
  args: z.record(z.string(), z.unknown()).optional(),
  expiresInS: z.int().min(0).max(86_400),
});

const result = z.object({
  type: z.literal('result'),
  commandId: z.uuid(),
  outcome: z.enum(['done', 'failed']),
  detail: deviceText(256).optional(),
});

/** Messages from a board in an enrolment session. */
export const enrolmentUp = z.discriminatedUnion('type', [request, proof]);
/** Messages from the service in an enrolment session. */
export const enrolmentDown = z.discriminatedUnion('type', [challenge, accepted, pending, rejected]);
/** Messages from the service to an enrolled device. */
export const deviceDown = z.discriminatedUnion('type', [settings, command]);
/** Messages from an enrolled device, by channel. */
export const deviceUp = { birth, heartbeat, will, unenroll, result } as const;

export type EnrolmentRequest = z.output<typeof request>;
export type EnrolmentProof = z.output<typeof proof>;
export type EnrolmentUp = z.output<typeof enrolmentUp>;
export type Challenge = z.output<typeof challenge>;
export type Accepted = z.output<typeof accepted>;
export type Pending = z.output<typeof pending>;
export type Rejected = z.output<typeof rejected>;
export type EnrolmentDown = z.output<typeof enrolmentDown>;
export type DeviceDown = z.output<typeof deviceDown>;
export type Birth = z.output<typeof birth>;
export type Heartbeat = z.output<typeof heartbeat>;
export type Will = z.output<typeof will>;
export type Unenroll = z.output<typeof unenroll>;
export type CommandResult = z.output<typeof result>;
export type SerialSource = (typeof serialSources)[number];
export type CreditReason = (typeof creditReasons)[number];
export type BoardClaim = EnrolmentRequest['board'];
export type Health = Heartbeat['health'];

export type Decoded<T> =
  | { ok: true; message: T }
  | { ok: false; code: 'invalid-message' | 'protocol-unsupported'; detail: string; requestId?: string };

/** Stateless between texts. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_PACKET_BYTES) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

/** The sender's request id, if readable although the rest is not, so that the refusal can name it. */
function readableRequestId(value: unknown): { requestId?: string } {
  if (typeof value !== 'object' || value === null || !('requestId' in value)) return {};
  const parsed = requestId.safeParse(value.requestId);
  return parsed.success ? { requestId: parsed.data } : {};
}

function speaksAnotherVersion(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'request' &&
    'protocol' in value &&
    Number.isInteger(value.protocol) &&
    value.protocol !== PROTOCOL_VERSION
  );
}

/** Decodes any payload by a schema. Never throws: unreadable input is a coded refusal (E13, E11). */
export function decode<T>(schema: z.ZodType<T>, bytes: Uint8Array): Decoded<T> {
  const value = parseJson(bytes);
  if (value === undefined) return { ok: false, code: 'invalid-message', detail: 'not a JSON text of at most 16 KiB' };
  if (schema === (enrolmentUp as unknown) && speaksAnotherVersion(value)) {
    return {
      ok: false,
      code: 'protocol-unsupported',
      detail: `only protocol ${PROTOCOL_VERSION} is spoken`,
      ...readableRequestId(value),
    };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, message: parsed.data };
  const [issue] = parsed.error.issues;
  const detail = `${issue?.path.map(String).join('.') || 'message'}: ${issue?.message ?? 'invalid'}`.slice(0, 200);
  return { ok: false, code: 'invalid-message', detail, ...readableRequestId(value) };
}

export function encode(
  message: EnrolmentUp | EnrolmentDown | DeviceDown | Birth | Heartbeat | Will | Unenroll | CommandResult,
): Buffer {
  return Buffer.from(JSON.stringify(message), 'utf8');
}
