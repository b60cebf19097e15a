import { isErrorCode, wordsOf, type ErrorCode, type Language, type Words } from '../protocol/errors.ts';
import { isLinkCode } from './secure-socket.ts';

/** Exit codes of the agent (protocol.md §2). */
export const EXIT = { done: 0, refused: 1, usage: 2, temporary: 75 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something the agent will not or cannot do. The code selects the message; `detail` gives specifics, without secrets. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, more: { detail?: string } = {}) {
    super(more.detail === undefined ? code : `${code}: ${more.detail}`);
    this.name = 'Refusal';
    this.code = code;
    this.detail = more.detail;
  }
}

/** Access denied: owned by another user. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');

/** Is the refusal final, or worth retrying later? */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'settings-invalid') return EXIT.usage;
  return isLinkCode(code) || code === 'busy' || code === 'internal' ? EXIT.temporary : EXIT.refused;
}

/** The words for a code in the installer's language; for a code from a newer service, the words the service sent (E11). */
export function wordsFor(code: string, language: Language, said?: Partial<Words>): Words {
  if (isErrorCode(code)) return wordsOf(code, language);
  return { message: said?.message ?? code, next: said?.next ?? wordsOf('internal', language).next };
}
