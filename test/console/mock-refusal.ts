import type { ErrorCode } from '../../protocol/errors.ts';

/** Answers with a refusal in the shape of the API. */
export class MockRefusal extends Error {
  readonly status: number;
  readonly code: ErrorCode;

  constructor(status: number, code: ErrorCode) {
    super(code);
    this.status = status;
    this.code = code;
  }
}
