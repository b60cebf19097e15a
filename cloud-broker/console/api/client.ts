import type * as z from 'zod';
import { apiError } from '../../../protocol/api.ts';
import { Failure, unreachable } from './failure.ts';

const ROOT = '/api/v1';
/** A call without an answer for so long counts as a lost link. */
const TIMEOUT_MS = 20_000;

async function call(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const request: RequestInit = {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  try {
    return await fetch(`${ROOT}${path}`, request);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw unreachable();
  }
}

async function refusal(response: Response): Promise<Failure> {
  const parsed = apiError.safeParse(await response.json().catch(() => null));
  if (parsed.success) {
    const { code, message, correlationId, details } = parsed.data;
    return new Failure(code, message, correlationId, details);
  }
  // A proxy in between answers 502 to 504 when the service itself is gone.
  if (response.status >= 502 && response.status <= 504) return unreachable();
  return new Failure('internal', `HTTP ${response.status}`, null);
}

/** Reads one resource and checks it against the contract's schema. Throws Failure. */
export async function read<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  const response = await call('GET', path, undefined, signal);
  if (!response.ok) throw await refusal(response);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new Failure('internal', `unexpected answer to ${path}: ${parsed.error.message}`, null);
  return parsed.data;
}

/** A POST that answers: asks for something that must not stand in an address, or makes something. Throws Failure. */
export async function ask<Schema extends z.ZodType>(path: string, schema: Schema, body: object = {}): Promise<z.output<Schema>> {
  const response = await call('POST', path, body, undefined);
  if (!response.ok) throw await refusal(response);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new Failure('internal', `unexpected answer to ${path}: ${parsed.error.message}`, null);
  return parsed.data;
}

/** Changes something; what it became is read or heard afterwards. Changes with a cookie are always JSON (A5). Throws Failure. */
export async function change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: object = {}): Promise<void> {
  const response = await call(method, path, body, undefined);
  if (!response.ok) throw await refusal(response);
}
