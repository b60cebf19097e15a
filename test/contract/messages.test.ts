import { describe, expect, test } from 'vitest';
import { decode, deviceUp, enrolmentUp, type Decoded } from '../../protocol/messages.ts';
import { examples, optionalFields, type Example } from '../support/messages.ts';

const read = ({ schema }: Pick<Example, 'schema'>, message: unknown): Decoded<unknown> =>
  decode(schema, Buffer.from(JSON.stringify(message)));

function exampleOf(name: string): Example {
  const found = examples.find((example) => example.name === name);
  if (found === undefined) throw new Error(`no example of ${name}`);
  return found;
}

/** Every field of a message, as paths; those of maps that a device or an admin fills freely are left out. */
function pathsOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return ['inventory', 'args'].includes(key) ? [path] : [path, ...pathsOf(inner, path)];
  });
}

function without(message: Record<string, unknown>, path: string): Record<string, unknown> {
  const [key, ...rest] = path.split('.');
  const copy = { ...message };
  if (key === undefined) return copy;
  if (rest.length === 0) delete copy[key];
  else copy[key] = without(copy[key] as Record<string, unknown>, rest.join('.'));
  return copy;
}

describe.each(examples)('$name', (example) => {
  test('[E13] is read as it was written; unknown fields are ignored', () => {
    expect(read(example, example.message)).toEqual({ ok: true, message: example.message });
    expect(read(example, { ...example.message, later: { version: 2 } })).toEqual({ ok: true, message: example.message });
  });

  test('[E13] exactly the fields that the contract marks may be missing', () => {
    const required = pathsOf(example.message).filter((path) => !read(example, without(example.message, path)).ok);
    const expected = pathsOf(example.message).filter((path) => !(optionalFields[example.name] ?? []).includes(path));
    expect(required).toEqual(expected);
  });

  test('[E13] no field may be of another kind', () => {
    for (const key of Object.keys(example.message)) {
      for (const wrong of [null, [], true]) {
        if (key === 'replay' && wrong === true) continue;
        expect(read(example, { ...example.message, [key]: wrong }), `${key}: ${JSON.stringify(wrong)}`).toMatchObject({
          ok: false,
          code: 'invalid-message',
        });
      }
    }
  });
});

describe('limits', () => {
  const accepts = (name: string, change: Record<string, unknown>): boolean => {
    const example = exampleOf(name);
    return read(example, { ...example.message, ...change }).ok;
  };

  test('[P3] an epoch is an integer from 1 to 2^48', () => {
    for (const name of ['birth', 'heartbeat', 'will', 'unenroll']) {
      expect([1, 2 ** 48].map((epoch) => accepts(name, { epoch }))).toEqual([true, true]);
      expect([0, -1, 1.5, 2 ** 48 + 1, '1', 1e300].map((epoch) => accepts(name, { epoch }))).toEqual(
        Array.from({ length: 6 }, () => false),
      );
    }
  });

  test('[E6] the times that the service tells are whole seconds within their range', () => {
    const ranges: [string, string, number, number][] = [
      ['pending', 'waitS', 0, 600],
      ['pending', 'retryAfterS', 1, 86_400],
      ['settings', 'intervalS', 1, 86_400],
      ['settings', 'jitterS', 0, 86_400],
      ['settings', 'epochFrom', 1, 2 ** 48],
      ['command', 'expiresInS', 0, 86_400],
    ];
    for (const [name, field, least, most] of ranges) {
      const taken = [least, most, least - 1, most + 1, least + 0.5].map((value) => accepts(name, { [field]: value }));
      expect([name, field, ...taken]).toEqual([name, field, true, true, false, false, false]);
    }
  });

  test('[E13] a nonce has 32 bytes and a signature 64, in base64url without padding', () => {
    expect(
      ['n'.repeat(42), 'n'.repeat(44), `${'n'.repeat(42)}=`, `${'n'.repeat(42)}+`].some((nonce) =>
        accepts('challenge', { nonce }),
      ),
    ).toBe(false);
    expect(
      ['', 'A'.repeat(85), 'A'.repeat(88), `${'A'.repeat(85)}/`].some((deviceSignature) => accepts('proof', { deviceSignature })),
    ).toBe(false);
  });

  test('[A6] inventory has at most 64 entries of 256 characters', () => {
    const entries = (count: number, text: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, text]));
    expect([entries(0, ''), entries(64, 'x'), { k: 'x'.repeat(256) }].every((inventory) => accepts('birth', { inventory }))).toBe(
      true,
    );
    expect(
      [entries(65, 'x'), { k: 'x'.repeat(257) }, { 'k\n': 'x' }, { k: '\u202e' }, { k: 1 }].some((inventory) =>
        accepts('birth', { inventory }),
      ),
    ).toBe(false);
  });

  test('[P1] health is in its ranges', () => {
    expect(
      [{}, { cpuPercent: 0 }, { diskPercent: 100 }, { temperatureC: 99.5 }].every((health) => accepts('heartbeat', { health })),
    ).toBe(true);
    expect(
      [{ cpuPercent: 101 }, { diskPercent: -1 }, { temperatureC: 1000 }, { screen: 'dark' }].some((health) =>
        accepts('heartbeat', { health }),
      ),
    ).toBe(false);
  });
});

describe('versions', () => {
  const { message } = exampleOf('request');

  test('[E13] another version is answered protocol-unsupported, whatever else the message holds, and names its request', () => {
    for (const protocol of [0, 2, 99, -1]) {
      expect(read({ schema: enrolmentUp }, { ...message, protocol })).toMatchObject({
        ok: false,
        code: 'protocol-unsupported',
        requestId: message['requestId'],
      });
    }
    expect(read({ schema: enrolmentUp }, { type: 'request', protocol: 2 })).toMatchObject({
      ok: false,
      code: 'protocol-unsupported',
    });
  });

  test('[E13] what is not a version is an invalid message; only requests carry one', () => {
    for (const protocol of ['1', 1.5, null, true])
      expect(read({ schema: enrolmentUp }, { ...message, protocol })).toMatchObject({ code: 'invalid-message' });
    expect(read({ schema: deviceUp.will }, { type: 'request', protocol: 2 })).toMatchObject({ code: 'invalid-message' });
  });
});
