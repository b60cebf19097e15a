import { createInstance } from 'i18next';
import type { BackendModule, i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../../protocol/errors.ts';

const dictionaryOf = async (language: string): Promise<Record<string, string>> =>
  language === 'fr' ? (await import('./fr.ts')).fr : (await import('./en.ts')).en;

/** Each dictionary is a file of its own, so that the first page comes with one of them. */
const dictionaries: BackendModule = {
  type: 'backend',
  init: () => undefined,
  // Of two parameters: what it promises is taken, and no callback is asked for.
  read: async (language, _namespace) => dictionaryOf(language),
};

/** A translator of its own (no global one), with the dictionary of this language at hand. */
export async function createI18n(language: Language): Promise<i18n> {
  const instance = createInstance();
  await instance
    .use(dictionaries)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      keySeparator: false,
      nsSeparator: false,
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
    });
  return instance;
}
