/** The part of DER (X.690 §8.1) that certificates use: one-byte tags, definite lengths. */

export interface DerElement {
  tag: number;
  content: Buffer;
  /** Including tag and length. */
  whole: Buffer;
}

/** One element. */
export function derOf(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

/** The consecutive elements in `bytes`; none if there are no bytes. @throws RangeError if the last is cut short. */
export function derIn(bytes: Buffer = Buffer.alloc(0)): DerElement[] {
  const elements: DerElement[] = [];
  for (let from = 0; from < bytes.length;) {
    const tag = bytes.readUInt8(from);
    const short = bytes.readUInt8(from + 1);
    const lengthBytes = short < 0x80 ? 0 : short - 0x80;
    const start = from + 2 + lengthBytes;
    const end = start + (lengthBytes === 0 ? short : bytes.readUIntBE(from + 2, lengthBytes));
    if (end > bytes.length) throw new RangeError('DER is cut short');
    elements.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(from, end) });
    from = end;
  }
  return elements;
}
