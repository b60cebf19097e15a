/** Decodes a table's bytes. Unreadable characters are never replaced: the stored text would differ from what was written (A6). */

/** The encoding named by the byte order mark; UTF-8 without one. */
function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** A decoder for a stream, chosen by its first piece. It throws a TypeError on malformed text and omits the byte order mark. */
export function strictDecoder(head: Uint8Array): TextDecoder {
  return new TextDecoder(encodingOf(head), { fatal: true });
}

/**
 * Decodes a whole file. Text that is neither UTF-8 nor marked otherwise is read as Windows-1252, which Western spreadsheets write; `isGuess` is then
 * set and a person must check it. Undefined: the text does not match the encoding it names.
 */
export function decodeTable(bytes: Uint8Array): { text: string; isGuess: boolean } | undefined {
  try {
    return { text: strictDecoder(bytes).decode(bytes), isGuess: false };
  } catch {
    const isNamed = encodingOf(bytes) !== 'utf-8' || (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf);
    return isNamed ? undefined : { text: new TextDecoder('windows-1252').decode(bytes), isGuess: true };
  }
}
