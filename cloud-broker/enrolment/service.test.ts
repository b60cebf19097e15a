import { describe, expect, test } from 'vitest';
import { ACCEPTED, ask, DOMAIN, expectType, testEnrolment, TestBoard } from '../../test/support/enrolment.ts';
import type { EnrolmentOutcome } from './attempt.ts';

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('an enrolment that goes well', () => {
  test.each(['ed25519', 'P-256'] as const)(
    '[E1] [E4] with %s: the board’s key is checked over the nonce, and what its factory key signed is handed to the store',
    async (kind) => {
      const test1 = testEnrolment();
      const board = new TestBoard('SN-1', kind);
      test1.store.answer = () => ACCEPTED;
      const answer = expectType(await ask(test1, test1.open('a'), board, { proof: { withFactoryKey: true } }), 'accepted');
      expect(answer).toEqual({
        type: 'accepted',
        requestId: test1.id(1),
        deviceId: 'dev-00000001',
        certificate: 'certificate of dev-00000001',
        ca: 'CA',
        brokerUrl: 'mqtts://localhost:8883',
        replay: false,
        epochFrom: 4,
        now: new Date(test1.time.now).toISOString(),
        domain: { name: DOMAIN, organization: 'Springfield schools' },
        heartbeat: { intervalS: 60, jitterS: 10 },
        credits: { granted: 100, reason: 'granted' },
      });
      expect(test1.store.attempts).toMatchObject([
        {
          deviceSignature: 'valid',
          boardSignature: expect.any(String),
          nonce: expect.stringMatching(/^[\w-]{43}$/),
          overBudget: false,
          renew: null,
          proposedId: 'dev-proposed',
          key: { fingerprint: board.fingerprint },
        },
      ]);
    },
  );

  test('[E2] the answer leaves only after the store’s promise resolved', async () => {
    const enrolment = testEnrolment();
    const committed = Promise.withResolvers<EnrolmentOutcome>();
    enrolment.store.answer = () => committed.promise;
    const session = enrolment.open('a');
    const answer = ask(enrolment, session, new TestBoard('SN-1'));
    while (enrolment.store.attempts.length === 0) await settled();
    for (let turn = 0; turn < 20; turn += 1) await settled();
    expect(session.received.map(({ type }) => type)).toEqual(['challenge']);
    committed.resolve(ACCEPTED);
    expect(await answer).toMatchObject({ type: 'accepted' });
  });
});

test.each([
  ['a certificate', { certificate: '' }],
  ['a device id', { deviceId: '' }],
])('[E2] an acceptance without %s is answered as what failed inside', async (_what, change) => {
  const enrolment = testEnrolment();
  enrolment.store.answer = () => ({ ...ACCEPTED, ...change });
  expect(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1'))).toMatchObject({ type: 'rejected', code: 'internal' });
  expect(enrolment.lines).toMatchObject([
    { outcome: 'rejected', detail: 'broken rule: who is accepted has a device id and a certificate' },
  ]);
});

describe('waiting for an admin', () => {
  test('[E6] the board and the console show the check code of its key', async () => {
    const enrolment = testEnrolment();
    const answer = expectType(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1')), 'pending');
    expect(answer).toMatchObject({
      code: 'awaiting-approval',
      message: 'Waiting for an admin’s approval.',
      requestId: enrolment.id(1),
      retryAfterS: 30,
      waitS: 120,
    });
    expect(answer.checkCode).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
  });

  test('[E6] an approval within the open session is answered at once, and once; another key’s is none of its business', async () => {
    const enrolment = testEnrolment({ atOnce: 1 });
    const [mine, other] = [new TestBoard('SN-1'), new TestBoard('SN-2')];
    // Opened first and served one at a time: what the other's session is told, it is told before mine.
    const [bystander, session] = [enrolment.open('b'), enrolment.open('a')];
    await ask(enrolment, bystander, other);
    await ask(enrolment, session, mine);
    enrolment.store.answer = () => ({ ...ACCEPTED, deviceId: 'waiting-row' });
    enrolment.service.decided(mine.fingerprint);
    enrolment.service.decided(mine.fingerprint);
    expect(await session.next()).toMatchObject({ type: 'accepted', requestId: enrolment.id(1), deviceId: 'waiting-row' });
    expect(bystander.received).toHaveLength(2);
    enrolment.service.decided(other.fingerprint);
    expect(await bystander.next()).toMatchObject({ type: 'accepted' });
    expect(session.received).toHaveLength(3);
  });

  test('[E6] a rejection within the open session is answered at once too; a closed session is left alone', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const [session, gone] = [enrolment.open('a'), enrolment.open('b')];
    await ask(enrolment, gone, board);
    enrolment.service.closed(gone);
    await ask(enrolment, session, board);
    enrolment.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
    enrolment.service.decided(board.fingerprint);
    expect(await session.next()).toMatchObject({ type: 'rejected', code: 'blocked', next: 'Ask your admin to lift the block.' });
    expect(gone.received).toHaveLength(2);
  });
});

describe('a session that is gone', () => {
  test('[E3] a reply that cannot be sent is lost, nothing more: the decision stands and is not told as a failure', async () => {
    const enrolment = testEnrolment();
    enrolment.store.answer = () => ACCEPTED;
    const session = enrolment.open('a');
    session.onSend = async ({ type }) => {
      if (type !== 'challenge') throw new Error('the socket is gone');
    };
    await expect(ask(enrolment, session, new TestBoard('SN-1'))).resolves.toMatchObject({ type: 'accepted' });
    expect(session.received.map(({ type }) => type)).toEqual(['challenge', 'accepted']);
    expect(enrolment.lines.map(({ outcome }) => outcome)).toEqual(['accepted']);
  });

  test('[E10] a session that closed makes room; another one with the same name is not closed with it', () => {
    const enrolment = testEnrolment();
    const [first, second] = [enrolment.open('a'), enrolment.open('a')];
    expect(enrolment.service.figures().openSessions).toBe(1);
    enrolment.service.closed(first);
    expect(enrolment.service.figures().openSessions).toBe(1);
    enrolment.service.closed(second);
    expect(enrolment.service.figures().openSessions).toBe(0);
  });
});
