import type { Language } from '../../protocol/errors.ts';

/** The supported language that Accept-Language prefers; English if it names none. */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: { language: Language; quality: number } = { language: 'en', quality: 0 };
  for (const part of (acceptLanguage ?? '').slice(0, 512).split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const language = range.split('-')[0];
    const quality = Number(/^\s*q=([\d.]+)$/.exec(parameters[0] ?? 'q=1')?.[1] ?? '1');
    if ((language === 'en' || language === 'fr') && quality > best.quality) best = { language, quality };
  }
  return best.language;
}
