import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, expectType, testDesk, TestBoard, type TestDesk, type TestSession } from '../../test/support/desk.ts';
import { RollcallError, wordsOf, type RejectedCode } from '../../protocol/errors.ts';
import type { EnrolmentDown, Rejected } from '../../protocol/messages.ts';

const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Every way to a refusal that the desk has, by its code. */
const WAYS: readonly {
  code: RejectedCode;
  way: string;
  go: (desk: TestDesk, session: TestSession, board: TestBoard) => Promise<EnrolmentDown>;
}[] = [
  {
    code: 'invalid-message',
    way: 'bytes that are no message',
    go: async ({ desk }, session) => {
      await desk.message(session, Buffer.from('{'));
      return session.next();
    },
  },
  {
    code: 'invalid-message',
    way: 'a key of a kind that is not allowed',
    go: (desk, session, board) => ask(desk, session, board, { request: { publicKey: 'PEM' } }),
  },
  {
    code: 'protocol-unsupported',
    way: 'another version',
    go: async ({ desk, id }, session) => {
      await desk.message(session, text({ type: 'request', protocol: 2, requestId: id(1) }));
      return session.next();
    },
  },
  {
    code: 'domain-unknown',
    way: 'a domain that is not there',
    go: (desk, session, board) => ask(desk, session, board, { request: { domain: 'shelbyville' } }),
  },
  {
    code: 'proof-invalid',
    way: 'a signature for another domain',
    go: (desk, session, board) => ask(desk, session, board, { proof: { domain: 'shelbyville' } }),
  },
  {
    code: 'proof-invalid',
    way: 'a proof without a challenge',
    go: async ({ desk, id }, session, board) => {
      await desk.message(session, board.proof({ requestId: id(1), nonce: 'n'.repeat(43) }));
      return session.next();
    },
  },
  ...(
    [
      'unenrolled',
      'busy',
      'key-in-use',
      'blocked',
      'pairing-code-required',
      'pairing-code-wrong',
      'attestation-required',
      'attestation-failed',
      'enrolled-elsewhere',
      'domain-disabled',
      'domain-unknown',
    ] as const
  ).map((code) => ({
    code,
    way: 'the decision',
    go: (desk: TestDesk, session: TestSession, board: TestBoard) => {
      desk.store.answer = () => ({ outcome: 'rejected', code });
      return ask(desk, session, board);
    },
  })),
  {
    code: 'internal',
    way: 'a store that fails',
    go: (desk, session, board) => {
      desk.store.answer = () => Promise.reject(new Error('disk is full'));
      return ask(desk, session, board);
    },
  },
  {
    code: 'internal',
    way: 'a store that cannot be read',
    go: (desk, session, board) => {
      desk.store.whyUnknown = () => {
        throw new Error('database is closed');
      };
      return ask(desk, session, board);
    },
  },
  {
    code: 'busy',
    way: 'a store with too many writes waiting',
    go: (desk, session, board) => {
      desk.store.answer = () => Promise.reject(new RollcallError('busy'));
      return ask(desk, session, board);
    },
  },
];

describe('every refusal', () => {
  test.each(WAYS)(
    '[E11] $code by $way: code, sentence, next step, correlation id, and the log line has the same',
    async ({ code, go }) => {
      const desk = testDesk();
      const answer = expectType(await go(desk, desk.open('a'), new TestBoard('SN-1')), 'rejected');
      const { message, next } = wordsOf(code, 'en');
      expect(answer).toMatchObject({ code, message, next });
      expect(answer.correlationId).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(desk.lines).toMatchObject([
        { outcome: 'rejected', code, correlationId: answer.correlationId, address: '192.0.2.7' },
      ]);
      expect(answer.retryAfterS !== undefined).toBe(['busy', 'internal', 'domain-disabled', 'enrolled-elsewhere'].includes(code));
    },
  );

  test('[E11] the decision’s refusal carries the correlation id that the store has written to the enrolment log', async () => {
    const desk = testDesk();
    desk.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
    const answer = expectType(await ask(desk, desk.open('a'), new TestBoard('SN-1')), 'rejected');
    expect(desk.store.attempts.map(({ correlationId }) => correlationId)).toEqual([answer.correlationId]);
    const [waits] = [testDesk()];
    const pending = expectType(await ask(waits, waits.open('a'), new TestBoard('SN-1')), 'pending');
    expect([waits.lines[0]?.correlationId, waits.store.attempts[0]?.correlationId]).toEqual([
      pending.correlationId,
      pending.correlationId,
    ]);
  });

  test('[E11] tells what failed inside only to the log', async () => {
    const desk = testDesk();
    desk.store.answer = () => Promise.reject(new Error('disk is full at /var/lib'));
    expect(JSON.stringify(await ask(desk, desk.open('a'), new TestBoard('SN-1')))).not.toContain('disk');
    expect(desk.lines[0]).toMatchObject({ detail: 'disk is full at /var/lib' });
  });

  test('[D7] no line of the log and no attempt ever holds the pairing code as it was typed', async () => {
    for (const { go } of WAYS) {
      const desk = testDesk();
      const board = new TestBoard('SN-1');
      const plain = board.request.bind(board);
      board.request = (requestId, more) => plain(requestId, { ...more, pairingCode: 'SECR-ET42' });
      const answer = await go(desk, desk.open('a'), board);
      expect(JSON.stringify([answer, desk.lines, desk.store.attempts])).not.toContain('SECR');
    }
  });

  test('[E11] whatever bytes come, one answer each, and message never rejects', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          fc.json().map((json) => Buffer.from(json)),
          fc.constantFrom(text({ type: 'proof' }), text({ type: 'request' })),
        ),
        async (bytes) => {
          const desk = testDesk();
          const session = desk.open('a');
          await desk.desk.message(session, bytes);
          expect(session.received).toMatchObject([{ type: 'rejected', code: 'invalid-message' }]);
        },
      ),
    );
  });
});

describe('before the proof', () => {
  test('[E13] domains that are absent, unconfirmed or closed are answered alike; which it is stands in the log alone', async () => {
    const desk = testDesk();
    desk.store.domains = { ...desk.store.domains, unconfirmed: 'unconfirmed', closed: 'closed' };
    const answers: Partial<Rejected>[] = [];
    for (const [n, domain] of ['absent', 'unconfirmed', 'closed', 'NOT A NAME', '\u0000'].entries()) {
      const {
        correlationId: _,
        requestId: __,
        ...said
      } = expectType(await ask(desk, desk.open(`s${n}`), new TestBoard(`SN-${n}`), { request: { domain } }), 'rejected');
      answers.push(said);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ type: 'rejected', code: 'domain-unknown', ...wordsOf('domain-unknown', 'en') })]),
    );
    expect(desk.store.attempts).toEqual([]);
    expect(desk.lines.map(({ detail }) => detail)).toEqual(['absent', 'unconfirmed', 'closed', 'absent', 'absent']);
  });

  test('[E13] any board of a known domain gets a challenge: nothing is said about a serial, nothing looked up', async () => {
    const desk = testDesk();
    desk.store.look = () => {
      throw new Error('looked up before the proof');
    };
    const board = new TestBoard('SN-1');
    const session = desk.open('a');
    await desk.desk.message(session, board.request(desk.id(1)));
    expect(await session.next()).toMatchObject({
      type: 'challenge',
      requestId: desk.id(1),
      expiresInS: 60,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect([desk.lines, desk.store.attempts]).toEqual([[], []]);
  });
});

describe('a nonce', () => {
  async function challenged(
    desk: TestDesk,
    session: TestSession,
    board: TestBoard,
    n = 1,
  ): Promise<{ requestId: string; nonce: string }> {
    await desk.desk.message(session, board.request(desk.id(n)));
    return expectType(await session.next(), 'challenge');
  }
  const answerTo = async (desk: TestDesk, session: TestSession, proof: Buffer): Promise<string> => {
    await desk.desk.message(session, proof);
    const answer = await session.next();
    return answer.type === 'rejected' ? answer.code : answer.type;
  };

  test('[E13] is spent by the first proof, be it right or wrong', async () => {
    const desk = testDesk();
    const board = new TestBoard('SN-1');
    const session = desk.open('a');
    const first = await challenged(desk, session, board);
    expect([await answerTo(desk, session, board.proof(first)), await answerTo(desk, session, board.proof(first))]).toEqual([
      'pending',
      'proof-invalid',
    ]);
    const second = await challenged(desk, session, board, 2);
    expect(second.nonce).not.toBe(first.nonce);
    expect([
      await answerTo(desk, session, board.proof(second, { domain: 'other' })),
      await answerTo(desk, session, board.proof(second)),
    ]).toEqual(['proof-invalid', 'proof-invalid']);
    expect(desk.store.attempts).toHaveLength(1);
  });

  test('[E13] belongs to one requestId and one session; a newer challenge takes its place', async () => {
    const desk = testDesk();
    const board = new TestBoard('SN-1');
    const [session, other] = [desk.open('a'), desk.open('b')];
    const mine = await challenged(desk, session, board, 1);
    expect(await answerTo(desk, other, board.proof(mine))).toBe('proof-invalid');
    expect(await answerTo(desk, session, board.proof(mine, { requestId: desk.id(2) }))).toBe('proof-invalid');
    const older = await challenged(desk, session, board, 3);
    await challenged(desk, session, board, 4);
    expect(await answerTo(desk, session, board.proof(older))).toBe('proof-invalid');
    expect(desk.store.attempts).toEqual([]);
  });

  test('[E13] lives 60 s', async () => {
    for (const [after, expected] of [
      [59_999, 'pending'],
      [60_000, 'proof-invalid'],
    ] as const) {
      const desk = testDesk();
      const board = new TestBoard('SN-1');
      const session = desk.open('a');
      const challenge = await challenged(desk, session, board);
      desk.time.now += after;
      expect(await answerTo(desk, session, board.proof(challenge)), `${after} ms`).toBe(expected);
    }
  });

  test('[E13] there are three a session', async () => {
    const desk = testDesk();
    const board = new TestBoard('SN-1');
    const session = desk.open('a');
    const kinds: string[] = [];
    for (const n of [1, 2, 3, 4]) {
      await desk.desk.message(session, board.request(desk.id(n)));
      const answer = await session.next();
      kinds.push(answer.type === 'rejected' ? answer.code : answer.type);
    }
    expect(kinds).toEqual(['challenge', 'challenge', 'challenge', 'busy']);
  });
});
