import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examples } from '../test/support/messages.ts';
import { decode, deviceDown, deviceUp, encode, enrolmentDown, enrolmentUp, MAX_PACKET_BYTES, type Decoded } from './messages.ts';

const schemas = [enrolmentUp, enrolmentDown, deviceDown, ...Object.values(deviceUp)];

/** Every schema reads these bytes without throwing; what it does not take is refused with one of the two codes. */
function readByAll(bytes: Uint8Array): Decoded<unknown>[] {
  return schemas.map((schema) => {
    const decoded = decode<unknown>(schema, bytes);
    if (decoded.ok) return decoded;
    expect(['invalid-message', 'protocol-unsupported']).toContain(decoded.code);
    expect(decoded.detail.length).toBeGreaterThan(0);
    expect(decoded.detail.length).toBeLessThanOrEqual(200);
    expect(Object.keys(decoded).every((key) => ['ok', 'code', 'detail', 'requestId'].includes(key))).toBe(true);
    return decoded;
  });
}

const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** What a careless or hostile program might put in a field. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    '',
    'x'.repeat(5000),
    -1,
    0,
    1.5,
    1e308,
    2 ** 53,
    -(2 ** 53),
    '\u0000',
    '\u202ereversed',
    '\ud800',
    [],
    {},
    [[[]]],
    true,
  ),
  fc.constantFrom<unknown>('request', 'proof', 'birth', '__proto__', 'constructor'),
);

describe('reading what strangers send', () => {
  test('[E13] any bytes are read or refused with a code, never thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(readByAll(bytes).some(({ ok }) => ok)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('[E13] any JSON is read or refused with a code', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        readByAll(bytesOf(text));
      }),
      { numRuns: 300 },
    );
  });

  test('[E13] a message with a field changed, added, doubled or cut is read or refused with a code', () => {
    const change = fc.record({ example: fc.constantFrom(...examples), pick: fc.nat(), value: odd, cut: fc.nat({ max: 900 }) });
    fc.assert(
      fc.property(change, ({ example, pick, value, cut }) => {
        const keys = Object.keys(example.message);
        const key = keys[pick % keys.length] ?? 'type';
        const inner = example.message[key];
        const changed =
          typeof inner === 'object' && inner !== null ? { ...inner, [Object.keys(inner)[pick % 7] ?? 'x']: value } : value;
        readByAll(bytesOf({ ...example.message, [key]: changed }));
        readByAll(bytesOf(example.message).subarray(0, cut));
        readByAll(bytesOf(`{"${key}":1,${JSON.stringify(example.message).slice(1)}`));
      }),
      { numRuns: 700 },
    );
  });

  test('[E13] what was read is encoded and read again as the same', () => {
    for (const { schema, message } of examples) {
      const first = decode(schema, bytesOf(message));
      expect(first.ok && decode(schema, encode(first.message as Parameters<typeof encode>[0]))).toEqual(first);
    }
  });
});

describe('known tricks', () => {
  test.each([
    ['nothing', ''],
    ['a byte order mark alone', '\ufeff'],
    ['deep arrays', '['.repeat(MAX_PACKET_BYTES)],
    ['deep arrays that end', `${'['.repeat(8000)}${']'.repeat(8000)}`],
    ['deep objects', '{"a":'.repeat(3000)],
    ['deep args', `{"type":"result","commandId":${'['.repeat(4000)}${']'.repeat(4000)}}`],
    ['a number beyond all', '{"type":"will","epoch":1e999}'],
    ['a number of many digits', `{"type":"will","epoch":${'9'.repeat(5000)}}`],
    ['a negative zero', '{"type":"will","epoch":-0}'],
    ['a prototype for a type', '{"type":"__proto__"}'],
    ['a prototype for a message', '{"__proto__":{"type":"will","epoch":1}}'],
    ['a constructor for a type', '{"type":"constructor"}'],
    ['null', 'null'],
    ['a text', '"request"'],
    ['two messages', '{"type":"will","epoch":1}{"type":"will","epoch":1}'],
  ])('[E13] %s: refused by every schema', (_, text) => {
    expect(readByAll(bytesOf(text)).some(({ ok }) => ok)).toBe(false);
  });

  test('[E13] bytes that are not UTF-8 are not repaired', () => {
    const whole = bytesOf({
      type: 'result',
      commandId: '7b0ce3c4-53c0-4a5e-9f0c-0b9d7a3f5a11',
      outcome: 'failed',
      detail: 'écran éteint',
    });
    expect(decode(deviceUp.result, whole).ok).toBe(true);
    for (const at of [whole.indexOf('écran'), whole.indexOf('éteint') + 1, whole.indexOf('cran')]) {
      const broken = Buffer.from(whole);
      broken[at] = 0xff;
      expect(decode(deviceUp.result, broken), String(at)).toMatchObject({ ok: false, code: 'invalid-message' });
    }
  });

  test('[E13] 16 KiB is the most that is read', () => {
    const text = JSON.stringify({ type: 'will', epoch: 1 });
    expect(decode(deviceUp.will, Buffer.from(text.padEnd(MAX_PACKET_BYTES))).ok).toBe(true);
    expect(decode(deviceUp.will, Buffer.from(text.padEnd(MAX_PACKET_BYTES + 1))).ok).toBe(false);
  });

  test('[E13] a key named __proto__ changes no prototype, neither of the message nor of anything else', () => {
    const birth =
      '{"type":"birth","epoch":1,"at":"2026-11-23T08:00:00Z","agentVersion":"1","intervalS":60,"inventory":{"__proto__":"x","cpu":"ARM"},"__proto__":{"polluted":1}}';
    const decoded = decode(deviceUp.birth, bytesOf(birth));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    if (decoded.ok) {
      expect('polluted' in decoded.message).toBe(false);
      expect(Object.getPrototypeOf(decoded.message.inventory)).toBe(Object.prototype);
      expect(decoded.message.inventory['cpu']).toBe('ARM');
    }
  });

  test('[E11] a refusal names its request where that can be read, and nothing that is not a request id', () => {
    const requestId = '7b0ce3c4-53c0-4a5e-9f0c-0b9d7a3f5a11';
    expect(decode(enrolmentUp, bytesOf({ type: 'proof', requestId }))).toMatchObject({ ok: false, requestId });
    for (const wrong of ['', 'x', 7, null, ['a']])
      expect(decode(enrolmentUp, bytesOf({ type: 'proof', requestId: wrong }))).not.toHaveProperty('requestId');
  });

  test('[D7] a refusal never repeats what was typed', () => {
    const [request] = examples;
    for (const pairingCode of ['SECRET42'.repeat(20), ['SECRET42'], { SECRET42: 1 }]) {
      const decoded = decode(enrolmentUp, bytesOf({ ...request?.message, pairingCode }));
      expect(decoded.ok).toBe(false);
      expect(JSON.stringify(decoded)).not.toContain('SECRET42');
    }
  });
});
