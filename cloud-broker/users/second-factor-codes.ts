/** D6: codes of authenticator apps (RFC 6238: SHA-1, six digits, 30 s) and the recovery codes that replace them. */
import { timingSafeEqual } from 'node:crypto';
import { createOTP } from '@better-auth/utils/otp';
import { crockfordCode, normaliseCode } from '../../protocol/text.ts';

const STEP_MS = 30_000;
/** Accepted steps before and after the present one: clocks differ, and typing takes time. */
const STEPS_AROUND = 1;
export const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
const RECOVERY_SYMBOLS = 10;
const ISSUER = 'Rollcall';

/** The step of the typed code among those valid at `now` (milliseconds); null if it matches none. */
export async function matchingStep(secret: Uint8Array, typed: string, now: number): Promise<number | null> {
  const code = typed.replace(/\s/gu, '');
  if (!/^\d{6}$/.test(code)) return null;
  const otp = createOTP(new Uint8Array(secret));
  const present = Math.floor(now / STEP_MS);
  let match: number | null = null;
  for (let step = present - STEPS_AROUND; step <= present + STEPS_AROUND; step += 1) {
    if (timingSafeEqual(Buffer.from(await otp.hotp(step)), Buffer.from(code))) match = step;
  }
  return match;
}

/** What an app reads from the QR code, and the secret alone for typing (base 32). */
export function appKey(secret: Uint8Array, user: string): { uri: string; secret: string } {
  const uri = createOTP(new Uint8Array(secret)).url(ISSUER, user);
  return { uri, secret: new URL(uri).searchParams.get('secret') ?? '' };
}

/** Creates recovery codes of 50 random bits each, in display form; `random` provides `RECOVERY_CODES` times ten bytes. */
export function newRecoveryCodes(random: (bytes: number) => Uint8Array): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const code = crockfordCode(random(RECOVERY_SYMBOLS), RECOVERY_SYMBOLS);
    return `${code.slice(0, 5)}-${code.slice(5)}`;
  });
}

/** A typed recovery code in the form that is hashed; null if it cannot be one. */
export function recoveryCodeTyped(typed: string): string | null {
  const code = normaliseCode(typed);
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(code) ? code : null;
}
