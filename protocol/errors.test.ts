import { describe, expect, test } from 'vitest';
import { errors, isErrorCode, RollcallError, wordsOf, type ErrorCode } from './errors.ts';

const codes = Object.keys(errors).filter(isErrorCode);

describe('every code', () => {
  test.each(codes)('[E11] %s has one sentence and one next step, in English and in French', (code) => {
    const said = [wordsOf(code, 'en'), wordsOf(code, 'fr')];
    for (const { message, next } of said) {
      expect(message).toMatch(/^[A-ZÀÉÊÎ][^\n]{3,}[.`]$/u);
      expect(next).toMatch(/^[A-ZÀÉÊÎ][^\n]{3,}\.$/u);
    }
    const [english, french] = said;
    expect(english?.message).not.toBe(french?.message);
    expect(english?.next).not.toBe(french?.next);
  });

  test('[E8] what is said of a board enrolled elsewhere names no domain', () => {
    for (const language of ['en', 'fr'] as const) {
      const { message, next } = wordsOf('enrolled-elsewhere', language);
      expect(`${message} ${next}`).not.toMatch(/[{%$]/);
    }
  });

  test('[A1] a code is known by its own name only, and an error says its sentence', () => {
    expect(['busy', 'constructor', '__proto__', 'toString', ''].map((code) => isErrorCode(code))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    const error = new RollcallError('conflict' satisfies ErrorCode, { reason: 'faster' });
    expect([error.code, error.message, error.details]).toEqual([
      'conflict',
      'conflict: Another change came first.',
      { reason: 'faster' },
    ]);
  });
});
