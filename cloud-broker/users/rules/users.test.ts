import { describe, expect, test } from 'vitest';
import { roles, type Role } from '../../../protocol/api.ts';
import { RollcallError } from '../../../protocol/errors.ts';
import { changesOf, demandMayManage, demandOneStays, demandSense } from './users.ts';

function codeOf(rule: () => void): string | null {
  try {
    rule();
    return null;
  } catch (error) {
    return error instanceof RollcallError ? error.code : String(error);
  }
}

describe('[D6] who manages whom', () => {
  const may = (role: Role, about: Role[], tags: string[] = []): boolean =>
    codeOf(() => demandMayManage({ role, tags }, about)) === null;

  test('[D6] a domain admin manages everybody; an admin everybody but domain admins; a user nobody', () => {
    for (const had of roles)
      for (const meant of roles) {
        expect(may('domain-admin', [had, meant])).toBe(true);
        expect(may('admin', [had, meant])).toBe(had !== 'domain-admin' && meant !== 'domain-admin');
        expect(may('user', [had, meant])).toBe(false);
      }
  });

  test('[D6] with tags nobody manages anybody, for they could take their own tags off', () => {
    expect(may('admin', ['user'], ['north'])).toBe(false);
    expect(may('domain-admin', ['user'], ['north'])).toBe(false);
  });

  test('[D6] who is not there any more manages nobody', () => {
    expect(codeOf(() => demandMayManage(null, []))).toBe('forbidden');
  });
});

describe('[D6] the last domain admin', () => {
  const verdict = (role: Role, canSignIn: boolean, after: Role | null, others: number) =>
    codeOf(() => demandOneStays({ role, canSignIn }, after, others));

  test('[D6] neither goes nor is lowered, while there is no other who can sign in', () => {
    for (const after of ['admin', 'user', null] as const) {
      expect(verdict('domain-admin', true, after, 0)).toBe('last-domain-admin');
      expect(verdict('domain-admin', true, after, 1)).toBeNull();
      // Whose link nobody opened yet is not the last one of anything.
      expect(verdict('domain-admin', false, after, 0)).toBeNull();
      expect(verdict('admin', true, after, 0)).toBeNull();
    }
    expect(verdict('domain-admin', true, 'domain-admin', 0)).toBeNull();
  });
});

test('[D6] a domain admin has no tags: they see everything', () => {
  expect(codeOf(() => demandSense({ role: 'domain-admin', billing: false, tags: ['north'] }))).toBe('invalid-request');
  expect(codeOf(() => demandSense({ role: 'admin', billing: false, tags: ['north'] }))).toBeNull();
  expect(codeOf(() => demandSense({ role: 'domain-admin', billing: false, tags: [] }))).toBeNull();
});

test('[A3] the log gets each field that changed, as it was and as it is, and no other', () => {
  const before = { role: 'user' as const, billing: false, tags: ['north'] };
  expect(changesOf(before, { ...before, role: 'admin', tags: [] })).toEqual({
    before: { role: 'user', tags: ['north'] },
    after: { role: 'admin', tags: [] },
  });
  expect(changesOf(before, { ...before })).toBeNull();
});
