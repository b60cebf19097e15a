import { expect, expectTypeOf, test } from 'vitest';
import { readAs, rowType, type RowIn } from './row-type.ts';
import type { Reads } from './tx.ts';

const ROW = rowType('d.', {
  id: 'text',
  closedAt: 'integer?',
  secret: 'bytes?',
  enabled: 'flag',
  state: ['open', 'closed', null],
  balance: readAs('coalesce(h.balance, 0)', 'integer'),
});

/** Answers any statement with these rows. */
const answering = (...rows: object[]): Reads => ({
  all: async <Row>() => rows as Row[],
  get: async <Row>() => (rows[0] ?? null) as Row | null,
});

const whole = { id: 'd-1', closedAt: null, secret: null, enabled: 1, state: 'open', balance: 0 };

test('a kind of row says what is read, and of which type it is', () => {
  expect(ROW.columns).toBe('d.id, d.closed_at AS closedAt, d.secret, d.enabled, d.state, coalesce(h.balance, 0) AS balance');
  expect(rowType('', { id: 'text', at: 'integer' }).columns).toBe('id, at');
  expectTypeOf<RowIn<typeof ROW>>().toEqualTypeOf<{
    id: string;
    closedAt: number | null;
    secret: Uint8Array | null;
    enabled: 0 | 1;
    state: 'open' | 'closed' | null;
    balance: number;
  }>();
});

test('a row that is as declared is handed on', async () => {
  expect(await ROW.get(answering(whole), 'SELECT')).toEqual(whole);
  expect(await ROW.get(answering(), 'SELECT')).toBeNull();
  expect(await ROW.all(answering(whole, whole), 'SELECT')).toEqual([whole, whole]);
  expect(await ROW.all(answering(), 'SELECT')).toEqual([]);
});

test.each([
  ['id', null],
  ['id', undefined],
  ['closedAt', '12'],
  ['closedAt', 12n],
  ['secret', 'text'],
  ['enabled', 2],
  ['state', 'ajar'],
  ['balance', null],
])('a row whose %s is %s is refused, with the statement that read it', async (name, value) => {
  const bad = answering({ ...whole, [name]: value });
  await expect(ROW.get(bad, 'SELECT FROM here')).rejects.toThrow(new RegExp(`${name} .* SELECT FROM here`));
  await expect(ROW.all(bad, 'SELECT FROM here')).rejects.toThrow(name);
});
