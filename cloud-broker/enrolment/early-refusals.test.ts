import { expect, test } from 'vitest';
import { ask, DOMAIN, expectType, testDesk, TestBoard } from '../../test/support/desk.ts';
import { START } from '../../test/support/store.ts';

test('[E11] what is refused before the decision goes to the domain’s enrolment log with the same code and id, and not too often', async () => {
  const desk = testDesk();
  const board = new TestBoard('SN-1');
  const wrong = async (name: string) =>
    expectType(await ask(desk, desk.open(name), board, { proof: { domain: 'shelbyville' } }), 'rejected');
  const answer = await wrong('first');
  expect(desk.store.refusals).toEqual([
    {
      now: START,
      domain: DOMAIN,
      serial: 'SN-1',
      model: 'X1',
      code: 'proof-invalid',
      address: '192.0.2.7',
      correlationId: answer.correlationId,
    },
  ]);
  for (let n = 0; n < 40; n += 1) await wrong(`again-${n}`);
  expect(desk.store.refusals).toHaveLength(20);
  desk.time.now += 1000;
  await wrong('later');
  expect(desk.store.refusals).toHaveLength(21);
});

test('[E10] busy is answered without asking the store for anything, and noted like what is refused before the decision', async () => {
  const desk = testDesk();
  desk.store.seen = { budgetClass: 'rest', mayWait: true };
  desk.store.busy = () => true;
  for (let n = 0; n < 40; n += 1) {
    const answer = expectType(await ask(desk, desk.open(`full-${n}`), new TestBoard(`SN-${n}`)), 'rejected');
    expect(answer.code).toBe('busy');
    expect(answer.retryAfterS).toBeGreaterThan(0);
  }
  expect([desk.store.attempts.length, desk.store.refusals.length]).toEqual([0, 20]);
});

test('[E11] a domain that is not there has no log, and what the store decided is in its log already', async () => {
  const desk = testDesk();
  await ask(desk, desk.open('a'), new TestBoard('SN-1'), { request: { domain: 'shelbyville' } });
  desk.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
  await ask(desk, desk.open('b'), new TestBoard('SN-1'));
  expect(desk.store.refusals).toEqual([]);
});
