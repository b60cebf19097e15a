import type { Language } from '../../../protocol/errors.ts';

export const languages: readonly Language[] = ['en', 'fr'];
const KEY = 'rollcall.language';

/** The language chosen here before; otherwise the browser's first supported language; otherwise English. */
export function rememberedLanguage(storage: Pick<Storage, 'getItem'>, browser: readonly string[]): Language {
  const remembered = storage.getItem(KEY);
  const spoken = [remembered ?? '', ...browser].map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.map((tag) => languages.find((language) => language === tag)).find((found) => found !== undefined) ?? 'en';
}

export function rememberLanguage(storage: Pick<Storage, 'setItem'>, language: Language): void {
  storage.setItem(KEY, language);
}
