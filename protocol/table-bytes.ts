/** The bytes of a table as text. A character that cannot be read is never replaced: what is stored would not be what was written (A6). */

/** What the mark at the beginning names; UTF-8 where there is none. */
function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** A decoder for pieces, by the first of them. It throws a TypeError where the text is not what it should be, and leaves the mark away. */
export function strictDecoder(head: Uint8Array): TextDecoder {
  return new TextDecoder(encodingOf(head), { fatal: true });
}

/**
 * A whole file. What is not UTF-8, and names no other encoding, is read as Windows-1252, which Western spreadsheets write:
 * `isGuess` then, and a person must look at it. Undefined: it names an encoding and does not keep to it.
 */
export function decodeTable(bytes: Uint8Array): { text: string; isGuess: boolean } | undefined {
  try {
    return { text: strictDecoder(bytes).decode(bytes), isGuess: false };
  } catch {
    const isNamed = encodingOf(bytes) !== 'utf-8' || (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf);
    return isNamed ? undefined : { text: new TextDecoder('windows-1252').decode(bytes), isGuess: true };
  }
}
