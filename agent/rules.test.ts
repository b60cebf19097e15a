import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fingerprint } from '../firmware-shim/board.ts';
import { attemptAfter, backoffMs, reconnectMs, spreadMs, STABLE_LINK_MS } from './backoff.ts';
import { CommandHandler } from './commands.ts';
import { isTrustedAddress } from './discovery.ts';
import { heartbeatDelayMs, missedSummary, withMissed } from './heartbeats.ts';
import { exitCodeOf, wordsFor } from './refusal.ts';
import { isLoopback } from './proxy.ts';
import { parseBrokerUrl } from './secure-socket.ts';
import { languageOf, readSettings } from './settings.ts';
import { MAX_EPOCH } from '../protocol/messages.ts';
import { newState, nextEpoch, withEpochFrom, withEpochUsed } from './state.ts';
import { AGENT_VERSION } from './version.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('back-off', () => {
  test('is never negative, never above its cap, and grows with the attempts', () => {
    fc.assert(
      fc.property(fc.nat(100), random, (attempt, chance) => {
        const ms = backoffMs(attempt, chance);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(120_000);
        expect(backoffMs(attempt + 1, chance)).toBeGreaterThanOrEqual(ms);
      }),
    );
  });

  test('full jitter: it reaches from nothing to the whole wait', () => {
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(3, 0.999_999)).toBeGreaterThan(7990);
  });

  test('[P4] after a lost link the window is the jitter that the service asked for, and grows beyond it like any other', () => {
    const window = (attempt: number, jitterS: number): number => Math.ceil(reconnectMs(attempt, jitterS, 0.999_999) / 1000);
    expect([0, 3, 4, 5, 30].map((attempt) => window(attempt, 12))).toEqual([12, 12, 16, 32, 120]);
    expect([0, 1].map((attempt) => window(attempt, 0))).toEqual([1, 2]);
    expect(window(30, 450)).toBe(450);
    expect(reconnectMs(0, 12, 0)).toBe(0);
  });

  test('only a stable link brings it back to short waits', () => {
    expect(attemptAfter(7, STABLE_LINK_MS - 1)).toBe(7);
    expect(attemptAfter(7, STABLE_LINK_MS)).toBe(0);
  });

  test('[P4] a retry-after is honoured and spread upwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), random, (seconds, chance) => {
        expect(spreadMs(seconds, chance)).toBeGreaterThanOrEqual(seconds * 1000);
        expect(spreadMs(seconds, chance)).toBeLessThanOrEqual(seconds * 1200);
      }),
    );
  });
});

describe('epochs', () => {
  const fingerprint: Fingerprint = { serial: 'S', machineId: null, boardUuid: null, firstMac: null };

  test('[P3] the next epoch is the larger of (last used + 1) and the last epochFrom heard', () => {
    const state = newState('key', fingerprint, '2026-01-01T00:00:00Z');
    expect(nextEpoch(state)).toBe(1);
    expect(nextEpoch(withEpochUsed(state, 7))).toBe(8);
    expect(nextEpoch(withEpochFrom(withEpochUsed(state, 7), 40))).toBe(40);
    expect(nextEpoch(withEpochFrom(withEpochUsed(state, 50), 40))).toBe(51);
  });

  test('[P3] behind the end of the range comes its beginning', () => {
    const state = newState('key', fingerprint, '2026-01-01T00:00:00Z');
    const atTheEnd = withEpochUsed(state, MAX_EPOCH);
    expect(nextEpoch(withEpochUsed(state, MAX_EPOCH - 1))).toBe(MAX_EPOCH);
    expect(nextEpoch(atTheEnd)).toBe(1);
    const sentBack = withEpochFrom(atTheEnd, 1);
    expect(nextEpoch(sentBack)).toBe(1);
    expect(nextEpoch(withEpochUsed(sentBack, 1))).toBe(2);
    expect(nextEpoch(withEpochFrom(withEpochUsed(sentBack, 1), 9))).toBe(9);
  });

  test('[P3] whatever is heard, epochs only go up', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { maxLength: 30 }), (heard) => {
        let state = newState('key', fingerprint, '2026-01-01T00:00:00Z');
        for (const from of heard) {
          const before = state.epoch.lastUsed;
          state = withEpochFrom(state, from);
          state = withEpochUsed(state, nextEpoch(state));
          expect(state.epoch.lastUsed).toBeGreaterThan(before);
          expect(state.epoch.lastUsed).toBeGreaterThanOrEqual(from);
        }
      }),
    );
  });
});

describe('heartbeats', () => {
  test('the delay stays within interval ± jitter and is never a tight loop', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400 }), fc.nat(100_000), random, (intervalS, jitterS, chance) => {
        const ms = heartbeatDelayMs({ intervalS, jitterS }, chance);
        expect(ms).toBeGreaterThanOrEqual(200);
        expect(ms).toBeLessThanOrEqual((intervalS + jitterS) * 1000);
        if (jitterS < intervalS) expect(ms).toBeGreaterThanOrEqual(Math.min(1000, (intervalS - jitterS) * 1000));
      }),
    );
  });

  test('[P6] what was missed is one summary of constant size', () => {
    expect(missedSummary(null, 5)).toBeUndefined();
    let missed = withMissed(null, 1000);
    for (let n = 2; n <= 500; n += 1) missed = withMissed(missed, n * 1000);
    expect(missedSummary(missed, 510_000)).toEqual({ fromAgoS: 509, toAgoS: 10, count: 500 });
  });
});

describe('commands', () => {
  const command = (n: number, name: 'identify' | 'refresh' = 'identify', expiresInS = 60) => {
    const commandId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    return { type: 'command', commandId, name, expiresInS } as const;
  };

  test('[P8] remembers the last results only, so that its memory is bounded', async () => {
    let shown = 0;
    const actions = {
      identify: async () => {
        shown += 1;
      },
      refresh: () => Promise.reject(new Error('no')),
      setTags: async () => undefined,
    };
    const commands = new CommandHandler();
    await commands.handle(command(0), actions);
    await commands.handle(command(0), actions);
    expect(shown).toBe(1);
    for (let n = 1; n <= 256; n += 1) await commands.handle(command(n), actions);
    await commands.handle(command(256), actions);
    expect(shown).toBe(257);
    await commands.handle(command(0), actions);
    expect(shown).toBe(258);
    expect(await commands.handle(command(300, 'refresh'), actions)).toMatchObject({ outcome: 'failed' });
    expect(await commands.handle(command(301, 'identify', 0), actions)).toMatchObject({ outcome: 'failed', detail: 'expired' });
    expect(shown).toBe(258);
  });
});

describe('settings and words', () => {
  test('a bad setting is named', () => {
    const read = (environment: Record<string, string>) => () => readSettings(environment, false);
    expect(read({ ROLLCALL_URL: 'ftp://x' })).toThrow(/ROLLCALL_URL/);
    expect(read({ ROLLCALL_BOARD: 'simulated:' })).toThrow(/ROLLCALL_BOARD/);
    expect(read({ ROLLCALL_CA: '/nowhere' })).toThrow(/ROLLCALL_CA/);
    expect(read({ HTTPS_PROXY: 'https://p' })).toThrow(/HTTPS_PROXY/);
    expect(readSettings({ ROLLCALL_STATE: '/x' }, false)).toMatchObject({ stateFolder: '/x', board: 'auto', serviceUrl: null });
  });

  test('[E11] words in French only where the locale says so', () => {
    expect(languageOf({ LANG: 'fr_FR.UTF-8' })).toBe('fr');
    expect(languageOf({ LANG: 'fr_FR', LC_ALL: 'de_DE' })).toBe('en');
    expect(languageOf({})).toBe('en');
    expect(wordsFor('busy', 'fr').message).toBe('Trop de demandes à la fois.');
  });

  test('exit codes: 1 refused, 2 usage, 75 try later', () => {
    expect([exitCodeOf('blocked'), exitCodeOf('settings-invalid'), exitCodeOf('unreachable')]).toEqual([1, 2, 75]);
  });

  test('[S3] only https, or http on this machine, is believed', () => {
    const trusted = (text: string) => isTrustedAddress(new URL(text));
    expect(['https://x.example', 'http://127.0.0.1:1', 'http://localhost', 'http://[::1]:8'].every(trusted)).toBe(true);
    expect(['http://x.example', 'http://127.0.0.1.example', 'http://10.0.0.1', 'ftp://localhost'].some(trusted)).toBe(false);
    expect(isLoopback('localhost.example')).toBe(false);
  });

  test('broker addresses are mqtts only', () => {
    expect(parseBrokerUrl('mqtts://h')).toEqual({ host: 'h', port: 8883 });
    expect(parseBrokerUrl('mqtts://[::1]:443')).toEqual({ host: '::1', port: 443 });
    expect(['mqtt://h', 'wss://h', '', 'mqtts:'].map(parseBrokerUrl)).toEqual([null, null, null, null]);
  });

  test('the version is that of package.json', () => {
    const text = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: AGENT_VERSION });
  });
});
