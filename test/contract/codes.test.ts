import { expect, test } from 'vitest';
import { errors, isErrorCode, retryableCodes, type DeviceCode } from '../../protocol/errors.ts';

/** The codes of the device protocol as the contract lists them; other programs compare with these very texts. */
const REJECTED = [
  'unenrolled',
  'key-in-use',
  'invalid-message',
  'protocol-unsupported',
  'domain-unknown',
  'domain-disabled',
  'pairing-code-required',
  'pairing-code-wrong',
  'proof-invalid',
  'attestation-required',
  'attestation-failed',
  'enrolled-elsewhere',
  'blocked',
  'busy',
  'internal',
] as const satisfies DeviceCode[];
const PENDING = ['awaiting-approval', 'key-changed'] as const satisfies DeviceCode[];

/** The status codes of the HTTP API as the contract lists them. */
const API = {
  'invalid-request': 400,
  'signed-out': 401,
  forbidden: 403,
  'origin-refused': 403,
  'not-found': 404,
  conflict: 409,
  'domain-disabled': 409,
  'key-mistyped': 422,
  'key-not-valid': 422,
  'key-already-redeemed': 422,
  'claim-not-valid': 422,
  'claim-expired': 422,
  'claim-taken': 422,
  'name-taken': 422,
  'name-invalid': 422,
  busy: 429,
  internal: 500,
} as const;

/** Codes of the agent and the command lines that the contract or the rules name. */
const LOCAL = ['discovery-untrusted'];

/** Codes beyond the contract, ours to choose. */
const OWN = [
  'sign-in-failed',
  'second-factor-required',
  'second-factor-wrong',
  'password-wrong',
  'password-weak',
  'link-not-valid',
  'last-domain-admin',
  'last-organization-admin',
  'invoice-not-claimable',
  'unreachable',
  'connection-refused',
  'connection-cut',
  'no-route',
  'name-not-found',
  'service-untrusted',
  'clock-wrong',
  'certificate-expired',
  'not-the-service',
  'service-down',
  'network-sign-in',
  'network-refused',
  'proxy-sign-in',
  'proxy-unreachable',
  'state-in-use',
  'state-forbidden',
  'not-enrolled',
  'folder-in-use',
  'folder-not-private',
  'folder-not-writable',
  'ca-key-missing',
  'database-missing',
  'database-damaged',
  'database-unusable',
  'folder-unusable',
  'clock-doubtful',
  'key-file-unusable',
  'settings-invalid',
  'port-in-use',
  'name-not-typed',
  'folder-not-empty',
  'backup-damaged',
  'backup-failed',
  'file-refused',
  'restore-unfinished',
  'too-many-waiting',
  'webhook-address',
];

/** True only while the list above and the type of device codes name each other completely. */
type Missing = Exclude<DeviceCode, (typeof REJECTED)[number] | (typeof PENDING)[number]>;
const complete: [Missing] extends [never] ? true : Missing = true;

test('[E11] there are the contract’s codes, those chosen here, and no others', () => {
  expect(complete).toBe(true);
  expect(Object.keys(errors).toSorted()).toEqual(
    [...new Set([...REJECTED, ...PENDING, ...Object.keys(API), ...LOCAL, ...OWN])].toSorted(),
  );
});

test('[A1] each code answers with the contract’s HTTP status', () => {
  const statuses = Object.keys(API).map((code) => [code, isErrorCode(code) ? errors[code].httpStatus : undefined]);
  expect(Object.fromEntries(statuses)).toEqual(API);
});

test('[E11] only these refusals may be tried again without a person', () => {
  expect([...retryableCodes].toSorted()).toEqual(['busy', 'domain-disabled', 'enrolled-elsewhere', 'internal']);
});
