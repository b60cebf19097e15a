import { describe, expect, test } from 'vitest';
import { changesOf } from './changes.ts';

const time = (iso: string): string => `<${iso}>`;
const lines = (details: Record<string, unknown>): string[] =>
  changesOf(details, time).map(({ field, before, after }) => `${field}: ${before === null ? '' : `${before} → `}${after}`);

describe('[A3] an audit row', () => {
  test('[A3] shows before and after of what changed, and nothing that did not', () => {
    expect(lines({ before: { label: 'S-1', tags: '[]' }, label: 'Room 7', tags: null })).toEqual(['label: S-1 → Room 7']);
    expect(lines({ before: { label: 'S-1', tags: '["a"]' }, label: 'S-1', tags: ['a', 'b'] })).toEqual(['tags: a → a, b']);
    expect(lines({ before: { phone: '' }, after: { phone: '555' } })).toEqual(['phone: – → 555']);
    expect(lines({ before: { unlisted: 'approve' }, unlisted: 'accept', pairingCode: null })).toEqual([
      'unlisted: approve → accept',
    ]);
  });

  test('[A3] shows facts without a before, times as times, lists as lists', () => {
    expect(lines({ granted: 1095, reason: 'granted' })).toEqual(['granted: 1095', 'reason: granted']);
    expect(lines({ closesAt: 0, scopes: ['billing'], tags: [], billing: false })).toEqual([
      'closesAt: <1970-01-01T00:00:00.000Z>',
      'scopes: billing',
      'tags: –',
      'billing: false',
    ]);
    expect(lines({})).toEqual([]);
    expect(lines({ odd: { a: 1 }, text: '[not json' })).toEqual(['odd: {"a":1}', 'text: [not json']);
  });
});
