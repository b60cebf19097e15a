import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pieces, puback, readPublish } from './publish.ts';
import { frame, publishFrame } from './test-support.ts';

const payload = fc.uint8Array({ maxLength: 400 });
const topic = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 100 })
  .filter((text) => text.isWellFormed() && !/[\0+#]/u.test(text));
const messageId = fc.option(fc.integer({ min: 1, max: 65_535 }));

describe('a PUBLISH', () => {
  test('is read as it was written, QoS 0 and QoS 1', () => {
    fc.assert(
      fc.property(topic, payload, messageId, (name, bytes, id) => {
        const read = readPublish(publishFrame(name, bytes, id));
        expect(read).toEqual({ topic: name, payload: Buffer.from(bytes), messageId: id });
      }),
    );
  });

  test('is malformed where its topic or its message id does not fit, the id is 0, or the topic is none', () => {
    const bad = [
      frame(0x30),
      frame(0x30, Buffer.from([0])),
      frame(0x30, Buffer.from([0, 2, 97])),
      frame(0x32, Buffer.from([0, 1, 97])),
      frame(0x32, Buffer.from([0, 1, 97, 5])),
      publishFrame('a', 'x', 0),
      ...['', 'a/+', '#', 'a\0'].map((name) => publishFrame(name, 'x')),
      frame(0x30, Buffer.from([0, 1, 0xff])),
      // U+D800, as no UTF-8 has it.
      frame(0x30, Buffer.from([0, 3, 0xed, 0xa0, 0x80])),
    ];
    expect(bad.map(readPublish)).toEqual(bad.map(() => null));
  });

  test('is acknowledged by its id', () => {
    expect([...puback(0x1234)]).toEqual([0x40, 2, 0x12, 0x34]);
  });
});

describe('pieces', () => {
  test('are joined in order however they were cut, and nothing is left behind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.uint8Array({ maxLength: 700 }), { minLength: 1, maxLength: 12 }), { maxLength: 4 }),
        (packets) => {
          const pieces = new Pieces();
          for (const cut of packets) {
            for (const piece of cut.slice(0, -1)) pieces.add(piece);
            expect(pieces.join(Buffer.from(cut.at(-1) ?? []))).toEqual(Buffer.concat(cut));
          }
        },
      ),
    );
  });
});
