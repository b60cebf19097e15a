import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, expectType, testEnrolment, TestBoard, type TestEnrolment, type TestSession } from '../../test/support/enrolment.ts';
import { RollcallError, wordsOf, type RejectedCode } from '../../protocol/errors.ts';
import type { EnrolmentDown, Rejected } from '../../protocol/messages.ts';

const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Every way to a refusal that the service has, by its code. */
const WAYS: readonly {
  code: RejectedCode;
  way: string;
  go: (enrolment: TestEnrolment, session: TestSession, board: TestBoard) => Promise<EnrolmentDown>;
}[] = [
  {
    code: 'invalid-message',
    way: 'bytes that are no message',
    go: async ({ service }, session) => {
      await service.message(session, Buffer.from('{'));
      return session.next();
    },
  },
  {
    code: 'invalid-message',
    way: 'a key of a kind that is not allowed',
    go: (enrolment, session, board) => ask(enrolment, session, board, { request: { publicKey: 'PEM' } }),
  },
  {
    code: 'protocol-unsupported',
    way: 'another version',
    go: async ({ service, id }, session) => {
      await service.message(session, text({ type: 'request', protocol: 2, requestId: id(1) }));
      return session.next();
    },
  },
  {
    code: 'domain-unknown',
    way: 'a domain that is not there',
    go: (enrolment, session, board) => ask(enrolment, session, board, { request: { domain: 'shelbyville' } }),
  },
  {
    code: 'proof-invalid',
    way: 'a signature for another domain',
    go: (enrolment, session, board) => ask(enrolment, session, board, { proof: { domain: 'shelbyville' } }),
  },
  {
    code: 'proof-invalid',
    way: 'a proof without a challenge',
    go: async ({ service, id }, session, board) => {
      await service.message(session, board.proof({ requestId: id(1), nonce: 'n'.repeat(43) }));
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
    go: (enrolment: TestEnrolment, session: TestSession, board: TestBoard) => {
      enrolment.store.answer = () => ({ outcome: 'rejected', code });
      return ask(enrolment, session, board);
    },
  })),
  {
    code: 'internal',
    way: 'a store that fails',
    go: (enrolment, session, board) => {
      enrolment.store.answer = () => Promise.reject(new Error('disk is full'));
      return ask(enrolment, session, board);
    },
  },
  {
    code: 'internal',
    way: 'a store that cannot be read',
    go: (enrolment, session, board) => {
      enrolment.store.whyUnknown = () => {
        throw new Error('database is closed');
      };
      return ask(enrolment, session, board);
    },
  },
  {
    code: 'busy',
    way: 'a store with too many writes waiting',
    go: (enrolment, session, board) => {
      enrolment.store.answer = () => Promise.reject(new RollcallError('busy'));
      return ask(enrolment, session, board);
    },
  },
];

describe('every refusal', () => {
  test.each(WAYS)(
    '[E11] $code by $way: code, sentence, next step, correlation id, and the log line has the same',
    async ({ code, go }) => {
      const enrolment = testEnrolment();
      const answer = expectType(await go(enrolment, enrolment.open('a'), new TestBoard('SN-1')), 'rejected');
      const { message, next } = wordsOf(code, 'en');
      expect(answer).toMatchObject({ code, message, next });
      expect(answer.correlationId).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(enrolment.lines).toMatchObject([
        { outcome: 'rejected', code, correlationId: answer.correlationId, address: '192.0.2.7' },
      ]);
      expect(answer.retryAfterS !== undefined).toBe(['busy', 'internal', 'domain-disabled', 'enrolled-elsewhere'].includes(code));
    },
  );

  test('[E11] the decision’s refusal carries the correlation id that the store has written to the enrolment log', async () => {
    const enrolment = testEnrolment();
    enrolment.store.answer = () => ({ outcome: 'rejected', code: 'blocked' });
    const answer = expectType(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1')), 'rejected');
    expect(enrolment.store.attempts.map(({ correlationId }) => correlationId)).toEqual([answer.correlationId]);
    const [waits] = [testEnrolment()];
    const pending = expectType(await ask(waits, waits.open('a'), new TestBoard('SN-1')), 'pending');
    expect([waits.lines[0]?.correlationId, waits.store.attempts[0]?.correlationId]).toEqual([
      pending.correlationId,
      pending.correlationId,
    ]);
  });

  test('[E11] tells what failed inside only to the log', async () => {
    const enrolment = testEnrolment();
    enrolment.store.answer = () => Promise.reject(new Error('disk is full at /var/lib'));
    expect(JSON.stringify(await ask(enrolment, enrolment.open('a'), new TestBoard('SN-1')))).not.toContain('disk');
    expect(enrolment.lines[0]).toMatchObject({ detail: 'disk is full at /var/lib' });
  });

  test('[D7] no line of the log and no attempt ever holds the pairing code as it was typed', async () => {
    for (const { go } of WAYS) {
      const enrolment = testEnrolment();
      const board = new TestBoard('SN-1');
      const plain = board.request.bind(board);
      board.request = (requestId, more) => plain(requestId, { ...more, pairingCode: 'SECR-ET42' });
      const answer = await go(enrolment, enrolment.open('a'), board);
      expect(JSON.stringify([answer, enrolment.lines, enrolment.store.attempts])).not.toContain('SECR');
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
          const enrolment = testEnrolment();
          const session = enrolment.open('a');
          await enrolment.service.message(session, bytes);
          expect(session.received).toMatchObject([{ type: 'rejected', code: 'invalid-message' }]);
        },
      ),
    );
  });
});

describe('before the proof', () => {
  test('[E13] domains that are absent, unconfirmed or closed are answered alike; which it is stands in the log alone', async () => {
    const enrolment = testEnrolment();
    enrolment.store.domains = { ...enrolment.store.domains, unconfirmed: 'unconfirmed', closed: 'closed' };
    const answers: Partial<Rejected>[] = [];
    for (const [n, domain] of ['absent', 'unconfirmed', 'closed', 'NOT A NAME', '\u0000'].entries()) {
      const {
        correlationId: _,
        requestId: __,
        ...said
      } = expectType(
        await ask(enrolment, enrolment.open(`s${n}`), new TestBoard(`SN-${n}`), { request: { domain } }),
        'rejected',
      );
      answers.push(said);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ type: 'rejected', code: 'domain-unknown', ...wordsOf('domain-unknown', 'en') })]),
    );
    expect(enrolment.store.attempts).toEqual([]);
    expect(enrolment.lines.map(({ detail }) => detail)).toEqual(['absent', 'unconfirmed', 'closed', 'absent', 'absent']);
  });

  test('[E13] any board of a known domain gets a challenge: nothing is said about a serial, nothing looked up', async () => {
    const enrolment = testEnrolment();
    enrolment.store.look = () => {
      throw new Error('looked up before the proof');
    };
    const board = new TestBoard('SN-1');
    const session = enrolment.open('a');
    await enrolment.service.message(session, board.request(enrolment.id(1)));
    expect(await session.next()).toMatchObject({
      type: 'challenge',
      requestId: enrolment.id(1),
      expiresInS: 60,
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect([enrolment.lines, enrolment.store.attempts]).toEqual([[], []]);
  });
});

describe('a nonce', () => {
  async function challenged(
    enrolment: TestEnrolment,
    session: TestSession,
    board: TestBoard,
    n = 1,
  ): Promise<{ requestId: string; nonce: string }> {
    await enrolment.service.message(session, board.request(enrolment.id(n)));
    return expectType(await session.next(), 'challenge');
  }
  const answerTo = async (enrolment: TestEnrolment, session: TestSession, proof: Buffer): Promise<string> => {
    await enrolment.service.message(session, proof);
    const answer = await session.next();
    return answer.type === 'rejected' ? answer.code : answer.type;
  };

  test('[E13] is spent by the first proof, be it right or wrong', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const session = enrolment.open('a');
    const first = await challenged(enrolment, session, board);
    expect([
      await answerTo(enrolment, session, board.proof(first)),
      await answerTo(enrolment, session, board.proof(first)),
    ]).toEqual(['pending', 'proof-invalid']);
    const second = await challenged(enrolment, session, board, 2);
    expect(second.nonce).not.toBe(first.nonce);
    expect([
      await answerTo(enrolment, session, board.proof(second, { domain: 'other' })),
      await answerTo(enrolment, session, board.proof(second)),
    ]).toEqual(['proof-invalid', 'proof-invalid']);
    expect(enrolment.store.attempts).toHaveLength(1);
  });

  test('[E13] belongs to one requestId and one session; a newer challenge takes its place', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const [session, other] = [enrolment.open('a'), enrolment.open('b')];
    const mine = await challenged(enrolment, session, board, 1);
    expect(await answerTo(enrolment, other, board.proof(mine))).toBe('proof-invalid');
    expect(await answerTo(enrolment, session, board.proof(mine, { requestId: enrolment.id(2) }))).toBe('proof-invalid');
    const older = await challenged(enrolment, session, board, 3);
    await challenged(enrolment, session, board, 4);
    expect(await answerTo(enrolment, session, board.proof(older))).toBe('proof-invalid');
    expect(enrolment.store.attempts).toEqual([]);
  });

  test('[E13] lives 60 s', async () => {
    for (const [after, expected] of [
      [59_999, 'pending'],
      [60_000, 'proof-invalid'],
    ] as const) {
      const enrolment = testEnrolment();
      const board = new TestBoard('SN-1');
      const session = enrolment.open('a');
      const challenge = await challenged(enrolment, session, board);
      enrolment.time.now += after;
      expect(await answerTo(enrolment, session, board.proof(challenge)), `${after} ms`).toBe(expected);
    }
  });

  test('[E13] there are three a session', async () => {
    const enrolment = testEnrolment();
    const board = new TestBoard('SN-1');
    const session = enrolment.open('a');
    const kinds: string[] = [];
    for (const n of [1, 2, 3, 4]) {
      await enrolment.service.message(session, board.request(enrolment.id(n)));
      const answer = await session.next();
      kinds.push(answer.type === 'rejected' ? answer.code : answer.type);
    }
    expect(kinds).toEqual(['challenge', 'challenge', 'challenge', 'busy']);
  });
});
