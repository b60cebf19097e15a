import { describe, expect, test } from 'vitest';
import { ACCEPTED, ask, testEnrolment, TestBoard, type TestEnrolment, type TestSession } from '../../test/support/enrolment.ts';

/** So many boards that wait, each with its session. */
async function waiting(enrolment: TestEnrolment, count: number): Promise<{ board: TestBoard; session: TestSession }[]> {
  const boards = Array.from({ length: count }, (_each, n) => new TestBoard(`SN-${n}`));
  const all: { board: TestBoard; session: TestSession }[] = [];
  for (const [n, board] of boards.entries()) {
    const session = enrolment.open(`w${n}`);
    await ask(enrolment, session, board);
    all.push({ board, session });
  }
  return all;
}

const accepts = (enrolment: TestEnrolment): void => {
  enrolment.store.answer = () => ACCEPTED;
};

describe('silent sessions', () => {
  test('[E10] of one site, thousands at once and again and again, keep no board of another network out', async () => {
    const enrolment = testEnrolment();
    let opened = 0;
    const flood = (count: number): void => {
      for (let n = 0; n < count; n += 1) enrolment.open(`f${(opened += 1)}`, `2001:db8:1:${(opened % 65_536).toString(16)}::1`);
    };
    flood(5050);
    const school = Array.from({ length: 300 }, (_each, n) => ({
      board: new TestBoard(`SN-${n}`),
      session: enrolment.open(`s${n}`),
    }));
    accepts(enrolment);
    for (const { board, session } of school) {
      flood(50);
      expect(await ask(enrolment, session, board)).toMatchObject({ type: 'accepted' });
    }
    expect(school.flatMap(({ session }) => session.said)).not.toContain('end');
    expect(enrolment.service.figures().openSessions).toBe(5000);
  });
});

describe('sessions that wait for a decision', () => {
  test('[E6] are kept open as long as the answer says', async () => {
    const enrolment = testEnrolment({ holdS: 600 });
    const session = enrolment.open('a');
    expect(await ask(enrolment, session, new TestBoard('SN-1'))).toMatchObject({ type: 'pending', waitS: 600 });
    expect(session.said).toEqual(['asked', 'keep 600000']);
  });

  test('[E10] have a budget of their own: they take no place of others, and others take none of theirs', async () => {
    const enrolment = testEnrolment({ openSessions: 2, held: 5 });
    const held = await waiting(enrolment, 5);
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 5 });
    for (const name of ['a', 'b', 'c', 'd']) enrolment.open(name);
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 2, heldSessions: 5 });
    expect(held.flatMap(({ session }) => session.said)).not.toContain('end');
  });

  test('[E10] beyond it the longest-held gives way', async () => {
    const enrolment = testEnrolment({ held: 3 });
    const [first, second, ...others] = await waiting(enrolment, 5);
    expect([first, second].map((each) => each?.session.said.at(-1))).toEqual(['end', 'end']);
    expect(others.flatMap(({ session }) => session.said)).not.toContain('end');
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 3 });
    accepts(enrolment);
    for (const { board } of others) enrolment.service.decided(board.fingerprint);
    for (const { session } of others) expect(await session.next()).toMatchObject({ type: 'accepted' });
  });

  test('[E10] one board holds one session, however often it asks', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const sessions = ['a', 'b', 'c'].map((name) => enrolment.open(name));
    for (const session of sessions) await ask(enrolment, session, board);
    expect(sessions.map(({ said }) => said.at(-1))).toEqual(['end', 'end', 'keep 120000']);
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 1 });
  });

  test('[E6] have their answer, and then count as any other; a further request is as good as a first one', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const session = enrolment.open('a');
    await ask(enrolment, session, board);
    expect(await ask(enrolment, session, board, { n: 2 })).toMatchObject({ type: 'pending' });
    expect(session.said).toEqual(['asked', 'keep 120000', 'asked', 'keep 60000', 'keep 120000']);
    accepts(enrolment);
    enrolment.service.decided(board.fingerprint);
    expect(await session.next()).toMatchObject({ type: 'accepted', requestId: enrolment.id(2) });
    expect(session.said.at(-1)).toBe('keep 60000');
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 1, heldSessions: 0 });
    enrolment.service.closed(session);
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 0 });
  });

  test('[E6] a decision that comes between the store’s answer and the board’s is not lost', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const session = enrolment.open('a');
    let asked = 0;
    enrolment.store.answer = () => {
      asked += 1;
      // The store tells of a decision before it answers what was stored with it.
      if (asked === 1) enrolment.service.decided(board.fingerprint);
      if (asked === 1) return { outcome: 'pending', code: 'awaiting-approval', deviceId: 'waiting-row', isNew: true };
      return ACCEPTED;
    };
    expect(await ask(enrolment, session, board)).toMatchObject({ type: 'pending' });
    expect(await session.next()).toMatchObject({ type: 'accepted' });
  });

  test('[E10] one that asks for another key while it is decided about the first leaves nothing behind', async () => {
    const enrolment = testEnrolment();
    const [first, second] = [new TestBoard('SN-1'), new TestBoard('SN-2')];
    const session = enrolment.open('a');
    await ask(enrolment, session, first);
    const slow = Promise.withResolvers<void>();
    const { answer } = enrolment.store;
    enrolment.store.answer = async (attempt) => {
      if (attempt.key.fingerprint === first.fingerprint) await slow.promise;
      return answer(attempt);
    };
    enrolment.service.decided(first.fingerprint);
    await ask(enrolment, session, second, { n: 2 });
    slow.resolve();
    expect(await session.next()).toMatchObject({ type: 'pending', requestId: enrolment.id(1) });
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 1 });
    enrolment.service.closed(session);
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 0 });
  });

  test('[E10] one that is gone before its answer is not held', async () => {
    const enrolment = testEnrolment();
    const session = enrolment.open('a');
    enrolment.store.answer = () => {
      enrolment.service.closed(session);
      return { outcome: 'pending', code: 'awaiting-approval', deviceId: 'waiting-row', isNew: true };
    };
    await ask(enrolment, session, new TestBoard('SN-1'));
    expect(enrolment.service.figures()).toMatchObject({ openSessions: 0, heldSessions: 0 });
    expect(session.said).toEqual(['asked']);
  });
});
