import { describe, expect, test } from 'vitest';
import { admit, MAX_OPEN, stateOf, type CommandTimes, type OpenCommand } from './rules.ts';

const fresh: CommandTimes = { expiresAt: 100, sentAt: null, deliveredAt: null, outcome: null };
const open = (n: number, name: string, args = '{}', sentAt: number | null = null): OpenCommand => ({
  n,
  id: `c${n}`,
  name,
  args,
  sentAt,
});

describe('[P8] where a command is', () => {
  test('[P8] waiting, sent, delivered, and then how it ended', () => {
    expect(stateOf(fresh, 0)).toBe('waiting');
    expect(stateOf({ ...fresh, sentAt: 1 }, 2)).toBe('sent');
    expect(stateOf({ ...fresh, sentAt: 1, deliveredAt: 2 }, 2)).toBe('delivered');
    for (const outcome of ['done', 'failed', 'expired'] as const) expect(stateOf({ ...fresh, outcome }, 500)).toBe(outcome);
  });

  test('[P8] is over in the moment that its time ends, whatever was written down', () => {
    expect(stateOf(fresh, 99)).toBe('waiting');
    expect(stateOf(fresh, 100)).toBe('expired');
    expect(stateOf({ ...fresh, sentAt: 1, deliveredAt: 2 }, 100)).toBe('expired');
  });
});

describe('[P8] one more wish', () => {
  test('[P8] joins the one that waits for the same, and no other', () => {
    const wish = { name: 'identify', args: '{}' };
    expect(admit(wish, [])).toEqual({ verdict: 'new' });
    expect(admit(wish, [open(1, 'identify'), open(2, 'refresh')])).toEqual({ verdict: 'joined', n: 1 });
    expect(admit(wish, [open(1, 'identify', '{}', 50)])).toEqual({ verdict: 'new' });
    expect(admit({ name: 'set-tags', args: '{"tags":["a"]}' }, [open(1, 'set-tags', '{"tags":["b"]}')])).toEqual({
      verdict: 'new',
    });
  });

  test('[P8] does not overtake a later set-tags: the last one counts', () => {
    const [a, b] = ['{"tags":["a"]}', '{"tags":["b"]}'];
    const waiting = [open(1, 'set-tags', a), open(2, 'set-tags', b)];
    expect(admit({ name: 'set-tags', args: a }, waiting)).toEqual({ verdict: 'new' });
    expect(admit({ name: 'set-tags', args: b }, waiting)).toEqual({ verdict: 'joined', n: 2 });
  });

  test('[P8] is refused where too many wait, but may still join', () => {
    const full = Array.from({ length: MAX_OPEN }, (_, n) => open(n, 'set-tags', `{"tags":["${n}"]}`));
    expect(admit({ name: 'identify', args: '{}' }, full)).toEqual({ verdict: 'refused', reason: 'too-many-waiting' });
    expect(admit({ name: 'identify', args: '{}' }, full.slice(1))).toEqual({ verdict: 'new' });
    expect(admit({ name: 'set-tags', args: `{"tags":["${MAX_OPEN - 1}"]}` }, full)).toEqual({
      verdict: 'joined',
      n: MAX_OPEN - 1,
    });
  });
});
