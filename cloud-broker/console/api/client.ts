import type * as z from 'zod';
import { apiError } from '../../../protocol/api.ts';
import { answeredByProxy, Failure, unreachable } from './failure.ts';
import { noteProxy } from './proxy.ts';

const ROOT = '/api/v1';
/** A call unanswered for this long counts as a lost link. */
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
    const response = await fetch(`${ROOT}${path}`, request);
    noteProxy(response.headers);
    return response;
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
  return answeredByProxy(response.status);
}

/** Parses the response by the contract. Throws Failure; a response that is not JSON came from something in front of the service. */
async function bodyOf<Schema extends z.ZodType>(response: Response, path: string, schema: Schema): Promise<z.output<Schema>> {
  if (!response.ok) throw await refusal(response);
  if (response.headers.get('content-type')?.includes('json') !== true) throw answeredByProxy(response.status);
  const checked = schema.safeParse(await response.json().catch(() => null));
  if (!checked.success) throw new Failure('internal', `unexpected answer to ${path}: ${checked.error.message}`, null);
  return checked.data;
}

/** Reads one resource and validates it against the contract's schema. Throws Failure. */
export async function read<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  return bodyOf(await call('GET', path, undefined, signal), path, schema);
}

/** A POST with a response: queries with something that must not appear in a URL, or creates something. Throws Failure. */
export async function ask<Schema extends z.ZodType>(path: string, schema: Schema, body: object = {}): Promise<z.output<Schema>> {
  return bodyOf(await call('POST', path, body, undefined), path, schema);
}

/** Changes something; the result is read afterwards or arrives as an event. Changes with a cookie are always JSON (A5). Throws Failure. */
export async function change(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: object = {}): Promise<void> {
  const response = await call(method, path, body, undefined);
  if (!response.ok) throw await refusal(response);
  // A page injected by the network does not confirm the change.
  if (response.headers.get('content-type')?.includes('html') === true) throw answeredByProxy(response.status);
}
