/** Texts are grouped in blocks; each block records the trigrams of its texts. A block that lacks a trigram of the term is skipped. */
const TEXTS_A_BLOCK = 32;
const WORDS_A_BLOCK = 64;
const BITS_A_BLOCK = 32 * WORDS_A_BLOCK;
const LETTERS = 3;

/** The bit of a block for the trigram of `text` at `at`. Different trigrams may share a bit. */
function bitOf(text: string, at: number): number {
  const letters = (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2);
  return (Math.imul(letters, 0x9e3779b1) >>> 0) % BITS_A_BLOCK;
}

export class Signatures {
  private words = new Uint32Array(WORDS_A_BLOCK);

  /** Adds the text at `place`. Bits of an earlier text there remain: a block may be searched in vain, but is never skipped wrongly. */
  add(place: number, text: string): void {
    const block = Math.floor(place / TEXTS_A_BLOCK) * WORDS_A_BLOCK;
    if (block >= this.words.length) {
      const wider = new Uint32Array(2 * block + WORDS_A_BLOCK);
      wider.set(this.words);
      this.words = wider;
    }
    for (let at = 0; at + LETTERS <= text.length; at += 1) {
      const bit = bitOf(text, at);
      const word = block + (bit >> 5);
      this.words[word] = (this.words[word] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Place ranges (`from` inclusive, `to` exclusive, of `places`) that may contain `term`. */
  *blocksThatMayHold(term: string, places: number): Generator<{ from: number; to: number }> {
    const bits = Array.from({ length: Math.max(0, term.length - LETTERS + 1) }, (_, at) => bitOf(term, at));
    for (let from = 0; from < places; from += TEXTS_A_BLOCK) {
      const block = (from / TEXTS_A_BLOCK) * WORDS_A_BLOCK;
      const mayHold = bits.every((bit) => ((this.words[block + (bit >> 5)] ?? 0) & (1 << (bit & 31))) !== 0);
      if (mayHold) yield { from, to: Math.min(places, from + TEXTS_A_BLOCK) };
    }
  }
}
