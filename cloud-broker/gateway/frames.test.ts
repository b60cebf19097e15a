import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameMeter } from './frames.ts';
import { frame } from './test-support.ts';

/** Feeds the bytes cut into pieces of these lengths; returns the headers of the packets that were completed. */
function feed(meter: FrameMeter, bytes: Uint8Array, cuts: readonly number[]): number[] {
  const headers: number[] = [];
  let start = 0;
  for (const length of [...cuts, bytes.length]) {
    const chunk = bytes.subarray(start, start + length);
    start += chunk.length;
    for (let at = 0; at < chunk.length && meter.refusal === null;) {
      at = meter.advance(chunk, at);
      if (meter.complete) headers.push(meter.header);
    }
  }
  return headers;
}

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
const connect = frame(0x10, Buffer.alloc(30));
const allowed = fc.constantFrom(0x30, 0x32, 0x3a, 0x40, 0x82, 0xa2, 0xc0, 0xe0);

describe('the frame meter', () => {
  test('finds every packet however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(allowed, fc.nat(500)), { maxLength: 20 }), cuts, (packets, pieces) => {
        const stream = Buffer.concat([connect, ...packets.map(([header, length]) => frame(header, Buffer.alloc(length, 0xff)))]);
        const meter = new FrameMeter(16_384);
        expect(feed(meter, stream, pieces)).toEqual([0x10, ...packets.map(([header]) => header)]);
        expect(meter.refusal).toBeNull();
      }),
    );
  });

  test('refuses at the header what is larger than allowed, before any of its body came', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16_384 - 3, max: 268_435_455 }), (length) => {
        const bytes = [0x10];
        for (let left = length; left > 0; left = Math.floor(left / 128)) bytes.push((left % 128) | (left > 127 ? 0x80 : 0));
        const meter = new FrameMeter(16_384);
        feed(meter, Uint8Array.from(bytes), [1, 1, 1, 1]);
        expect(meter.refusal).toBe(1 + bytes.length - 1 + length > 16_384 ? 'packet-too-large' : null);
      }),
    );
  });

  test('never goes on after a refusal, never throws and never stands still, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (noise, pieces) => {
        const meter = new FrameMeter(64);
        feed(meter, noise, pieces);
        const { refusal } = meter;
        feed(meter, noise, pieces);
        expect(meter.refusal).toBe(refusal ?? meter.refusal);
      }),
    );
  });

  test('takes CONNECT first and only first, and of all types only those of a client, with their own flags', () => {
    for (let header = 0; header < 256; header++) {
      const first = new FrameMeter(64);
      feed(first, frame(header), []);
      expect(first.refusal === null).toBe(header === 0x10);
      const later = new FrameMeter(64);
      feed(later, Buffer.concat([connect, frame(header)]), []);
      expect(later.refusal === null).toBe([0x30, 0x32, 0x3a, 0x40, 0x82, 0xa2, 0xc0, 0xe0].includes(header));
    }
  });
});
