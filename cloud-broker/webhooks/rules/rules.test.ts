import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../../store/effects.ts';
import { afterFailure, backOffMs, eventsToSend, messageId } from './rules.ts';
import { newWebhookSecret, signedHeaders } from './signature.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FAILED = { status: 500, failure: 'status' } as const;

describe('the signature of a webhook', () => {
  test('is that of Standard Webhooks: its published example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    expect(signedHeaders([secret], id, 1_614_265_330_999, '{"test": 2432232314}')).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('is one for each secret, separated by a space', () => {
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', newWebhookSecret((bytes) => new Uint8Array(bytes))];
    const both = signedHeaders(secrets, 'evt_1', 1000, '{}')['webhook-signature']?.split(' ');
    expect(both).toEqual(secrets.map((secret) => signedHeaders([secret], 'evt_1', 1000, '{}')['webhook-signature']));
  });

  test('is made with 256 random bits', () => {
    expect(newWebhookSecret((bytes) => new Uint8Array(bytes).fill(255))).toBe(`whsec_${'/'.repeat(42)}8=`);
  });
});

describe('a failed try', () => {
  test('is followed by another after 5 s, 30 s, 2 min, 10 min, 30 min, then every hour, a quarter more or less', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 30].map((tries) => backOffMs(tries, 0.5) / 1000);
    expect(waits).toEqual([5, 30, 120, 600, 1800, 3600, 3600, 3600]);
    expect([backOffMs(6, 0), backOffMs(6, 1)]).toEqual([0.75 * HOUR_MS, 1.25 * HOUR_MS]);
  });

  test('is the last of its event when the next would be 24 hours after the first', () => {
    const verdict = (now: number) => afterFailure({ tries: 20, firstTryAt: 0, failingSince: 0 }, FAILED, now, 0.5);
    expect(verdict(22 * HOUR_MS)).toEqual({ nextTryAt: 23 * HOUR_MS, off: null });
    expect(verdict(23 * HOUR_MS)).toEqual({ nextTryAt: null, off: null });
  });

  test('switches the webhook off after 5 days of nothing else, and at once where the receiver says 410', () => {
    const standing = { tries: 1, firstTryAt: 5 * DAY_MS - 1, failingSince: 0 };
    expect(afterFailure(standing, FAILED, 5 * DAY_MS - 1, 0).off).toBeNull();
    expect(afterFailure(standing, FAILED, 5 * DAY_MS, 0)).toEqual({ nextTryAt: null, off: 'failing' });
    const gone = { status: 410, failure: 'status' } as const;
    expect(afterFailure({ tries: 1, firstTryAt: 0, failingSince: 0 }, gone, 0, 0)).toEqual({ nextTryAt: null, off: 'gone' });
  });
});

describe('what is sent', () => {
  const device = (id: number, deviceId: string): StoredEvent => ({ id, domainId: 1, at: id, type: 'device', data: { deviceId } });
  const billing = (id: number): StoredEvent => ({ id, domainId: 1, at: id, type: 'billing', data: { transferId: id } });

  test('is what the webhook asked for, in order, of one device only the last', () => {
    const events = [device(1, 'a'), billing(2), device(3, 'b'), device(4, 'a'), billing(5)];
    expect(eventsToSend(events, ['device', 'billing']).map(({ id }) => id)).toEqual([2, 3, 4, 5]);
    expect(eventsToSend(events, ['billing']).map(({ id }) => id)).toEqual([2, 5]);
    expect(eventsToSend(events, ['alert'])).toEqual([]);
  });

  test('has an id that stays the same, and that a restored backup does not give again', () => {
    const event = { id: 7, at: Date.UTC(2026, 0, 5) };
    expect(messageId(event, 'wh-1')).toBe(messageId({ ...event }, 'wh-1'));
    expect(messageId({ ...event, at: event.at + 1 }, 'wh-1')).not.toBe(messageId(event, 'wh-1'));
  });
});
