import { createInstance } from 'i18next';
import type { BackendModule, i18n, ReadCallback } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../../protocol/errors.ts';

const dictionaryOf = async (language: string): Promise<Record<string, string>> =>
  language === 'fr' ? (await import('./fr.ts')).fr : (await import('./en.ts')).en;

async function hand(language: string, done: ReadCallback): Promise<void> {
  try {
    done(null, await dictionaryOf(language));
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)), false);
  }
}

/** Each dictionary is a file of its own, so that the first page loads only one. */
const dictionaries: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, _namespace, done) => void hand(language, done),
};

/** Creates a separate (not global) translator with this language's dictionary loaded. */
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
