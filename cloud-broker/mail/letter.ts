/** A mail's content, defined once: text and HTML are built from the same blocks, so that neither says less than the other. */
import type { Language } from '../../protocol/errors.ts';

/** A paragraph, a link on its own line, a code to copy, or numbered steps. */
export type Block = string | { link: string; label: string } | { code: string } | { steps: readonly string[] };

export interface Letter {
  subject: string;
  blocks: readonly Block[];
}

/** The most characters of text that people typed about themselves; longer text is cut. */
const MAX_TYPED = 64;

// Not all spaces: French typography uses non-breaking ones.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp} ]+/gu;

/** Removes line ends and other invisible characters, so that nothing in the text can start a header of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(INVISIBLE, ' ').trim();
}

/**
 * Text typed by a stranger, such as an organisation's name, made safe for a mail to somebody else: one short line in which no mail program finds an
 * address to make clickable.
 */
export function typedText(text: string): string {
  const line = oneLine(text).replaceAll(/[.:/\\@]+(?=\S)/g, ' ');
  return line.length > MAX_TYPED ? `${line.slice(0, MAX_TYPED - 1).trimEnd()}…` : line;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (symbol) => ENTITIES[symbol] ?? '');
}

function textOf(block: Block): string {
  if (typeof block === 'string') return block;
  if ('link' in block) return `${block.label}\n${block.link}`;
  if ('code' in block) return `    ${block.code}`;
  return block.steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
}

const BUTTON = 'display:inline-block;padding:12px 20px;border-radius:4px;background:#1864ab;color:#ffffff;text-decoration:none';
const CODE = 'font:bold 20px/1.5 ui-monospace,Consolas,monospace;letter-spacing:1px;padding:12px;background:#f1f3f5';
const PAGE = 'max-width:36em;margin:0 auto;padding:24px;font:16px/1.5 system-ui,Segoe UI,Roboto,Arial,sans-serif';

function htmlOf(block: Block): string {
  if (typeof block === 'string') return `<p>${escaped(block)}</p>`;
  if ('link' in block) {
    const address = escaped(block.link);
    // The address is also shown as text, so that it can be copied and seen before it is followed.
    return `<p><a href="${address}" style="${BUTTON}">${escaped(block.label)}</a></p>\n<p style="font-size:14px;word-break:break-all">${address}</p>`;
  }
  if ('code' in block) return `<p style="${CODE}">${escaped(block.code)}</p>`;
  return `<ol>\n${block.steps.map((step) => `<li>${escaped(step)}</li>`).join('\n')}\n</ol>`;
}

/** The two parts of a mail. */
export function compose(letter: Letter, language: Language): { subject: string; text: string; html: string } {
  const { subject } = letter;
  const html = [
    '<!doctype html>',
    `<html lang="${language}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>`,
    '<body style="margin:0;background:#ffffff;color:#1a1b1e">',
    `<div style="${PAGE}">`,
    `<h1 style="font-size:22px;line-height:1.3">${escaped(subject)}</h1>`,
    ...letter.blocks.map(htmlOf),
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
  return { subject, text: `${letter.blocks.map(textOf).join('\n\n')}\n`, html };
}
