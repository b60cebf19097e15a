import { expect, test } from 'vitest';
import { ask, DOMAIN, expectType, testEnrolment, TestBoard } from '../../test/support/enrolment.ts';
import { START } from '../../test/support/store.ts';

test('[E11] what is refused before the decision goes to the domain’s enrolment log with the same code and id, and not too often', async () => {
  const enrolment = testEnrolment();
  const board = new TestBoard('SN-1');
  const wrong = async (name: string) =>
    expectType(await ask(enrolment, enrolment.open(name), board, { proof: { domain: 'shelbyville' } }), 'rejected');
  const answer = await wrong('first');
  expect(enrolment.store.refusals).toEqual([
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
  expect(enrolment.store.refusals).toHaveLength(20);
  enrolment.time.now += 1000;
  await wrong('later');
  expect(enrolment.store.refusals).toHaveLength(21);
});

test('[E10] busy is answered without asking the store for anything, and noted like what is refused before the decision', async () => {
  const enrolment = testEnrolment();
  enrolment.store.seen = { budgetClass: 'rest', mayWait: true };
  enrolment.store.busy = () => true;
  for (let n = 0; n < 40; n += 1) {
    const answer = expectType(await ask(enrolment, enrolment.open(`full-${n}`), new TestBoard(`SN-${n}`)), 'rejected');
    expect(answer.code).toBe('busy');
    expect(answer.retryAfterS).toBeGreaterThan(0);
  }
  expect([enrolment.store.attempts.length, enrolment.store.refusals.length]).toEqual([0, 20]);
});

test('[E11] a domain that is not there has no log, and what the store decided is in its log already', async () => {
  const enrolment = testEnrolment();
  await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1'), { request: { domain: 'shelbyville' } });
  enrolment.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
  await ask(enrolment, enrolment.open('b'), new TestBoard('SN-1'));
  expect(enrolment.store.refusals).toEqual([]);
});
