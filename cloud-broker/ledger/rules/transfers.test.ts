import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  EMPTY_HASH,
  enrolmentKey,
  nextTransfer,
  refuseTransfer,
  sameContent,
  transferHash,
  type Head,
  type TransferRequest,
} from './transfers.ts';

const HEAD: Head = { n: 0, hash: EMPTY_HASH, balance: 0, at: 0 };
const GRANT: TransferRequest = {
  kind: 'enrolment',
  direction: 'in',
  vendor: 'vendor:grants',
  credits: 1095,
  idempotencyKey: 'enrolment:sn-1:1',
  date: null,
  deviceId: 'dev-00000001',
  boardId: 7,
  productKeyId: null,
  reverses: null,
  reason: null,
  actor: 'device:dev-00000001',
};

describe('what a transfer is hashed from', () => {
  test('[L5] canonical JSON: keys sorted, no white space, texts as JSON writes them', () => {
    expect(canonicalJson({ b: 1, a: 'é"\n', c: null, B: -2, '\u00e9': 0 })).toBe('{"B":-2,"a":"é\\"\\n","b":1,"c":null,"é":0}');
    expect(canonicalJson({})).toBe('{}');
  });

  test('[L5] the same content in another order is the same text', () => {
    const content = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 6 }).filter((key) => key !== '__proto__'),
      fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    );
    fc.assert(
      fc.property(content, fc.nat(), (object, seed) => {
        const shuffled = Object.entries(object).toSorted(
          ([a], [b]) => ((a.length * 31 + seed) % 7) - ((b.length * 31 + seed) % 7),
        );
        expect(canonicalJson(Object.fromEntries(shuffled))).toBe(canonicalJson(object));
        expect(JSON.parse(canonicalJson(object))).toEqual({ ...object });
      }),
    );
  });

  test('[L3] [L5] nothing follows the head that would have been refused', () => {
    const refused = () => nextTransfer('springfield', HEAD, { ...GRANT, direction: 'out' }, 1000);
    expect(refused).toThrow('broken rule: only a transfer that is not refused follows the head');
  });

  test('[L5] the first transfer of a chain, to the letter', () => {
    const transfer = nextTransfer('springfield', HEAD, GRANT, 1_795_420_800_000);
    const { hash, previousHash, ...content } = transfer;
    expect(canonicalJson({ ...content })).toBe(
      '{"actor":"device:dev-00000001","at":1795420800000,"balanceAfter":1095,"boardId":7,"credits":1095,"date":null,"deviceId":"dev-00000001","direction":"in","domain":"springfield","idempotencyKey":"enrolment:sn-1:1","kind":"enrolment","n":1,"productKeyId":null,"reason":null,"reverses":null,"vendor":"vendor:grants"}',
    );
    expect([previousHash, hash]).toEqual([EMPTY_HASH, 'ca5d17bc645bab14d7573d05d9f1b06e9d9cb2aed4348f56192fea25d466ee8f']);
  });

  test('[L5] every field counts: another value, another hash', () => {
    const transfer = nextTransfer('springfield', HEAD, GRANT, 1000);
    const { hash, ...content } = transfer;
    expect(transferHash(content)).toBe(hash);
    for (const [field, value] of Object.entries(content)) {
      const other = typeof value === 'number' ? value + 1 : `${String(value)}x`;
      expect(transferHash({ ...content, [field]: other }), field).not.toBe(hash);
    }
  });
});

describe('the chain', () => {
  test('[L5] each transfer follows the one before it; at never goes back, whatever the clock says', () => {
    const first = nextTransfer('springfield', HEAD, GRANT, 5000);
    const second = nextTransfer(
      'springfield',
      { ...first, balance: first.balanceAfter },
      { ...GRANT, direction: 'out', credits: 95 },
      10,
    );
    expect([first.n, second.n, second.previousHash, second.at, second.balanceAfter]).toEqual([1, 2, first.hash, 5000, 1000]);
  });

  test('[L1] [L3] refusals, in their order', () => {
    const refusal = (change: Partial<TransferRequest>, balance = 100): string | null =>
      refuseTransfer({ ...HEAD, balance }, { ...GRANT, ...change });
    for (const credits of [0, -1, 0.5, NaN, Infinity, 2 ** 53]) expect(refusal({ credits })).toBe('credits-not-whole');
    expect([refusal({ credits: 1_000_000_000 }), refusal({ credits: 1_000_000_001 })]).toEqual([null, 'credits-too-many']);
    expect([refusal({ direction: 'out', credits: 100 }), refusal({ direction: 'out', credits: 101 })]).toEqual([
      null,
      'balance-below-zero',
    ]);
    expect([refusal({ credits: 1 }, Number.MAX_SAFE_INTEGER - 1), refusal({ credits: 1 }, Number.MAX_SAFE_INTEGER)]).toEqual([
      null,
      'balance-too-large',
    ]);
  });

  test('[L4] the same content is the same cause; who acted and why it was written down do not count', () => {
    expect(enrolmentKey('sn-1', 2)).toBe('enrolment:sn-1:2');
    expect(sameContent(GRANT, { ...GRANT, actor: 'operator', reason: 'again' })).toBe(true);
    const changes: Partial<TransferRequest>[] = [
      { kind: 'adjustment' },
      { direction: 'out' },
      { vendor: 'vendor:loss' },
      { credits: 1 },
      { date: '2026-11-23' },
      { deviceId: null },
      { boardId: 8 },
      { productKeyId: 'k' },
      { reverses: 1 },
    ];
    for (const change of changes) expect(sameContent(GRANT, { ...GRANT, ...change }), JSON.stringify(change)).toBe(false);
  });
});
