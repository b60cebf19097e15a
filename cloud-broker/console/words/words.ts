import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../protocol/errors.ts';
import type { en } from './en.ts';
import { formatsOf } from './format.ts';
import type { Formats } from './format.ts';
import { rememberLanguage } from './language.ts';

type Entry = keyof typeof en;
/** A text's key; for a countable text its stem (`rows.changes` of `rows.changes_one`). */
export type WordKey = Entry extends infer Key ? (Key extends `${infer Stem}_${'one' | 'other'}` ? Stem : Key) : never;

export interface Words {
  t: (key: WordKey, values?: Record<string, string | number>) => string;
  language: Language;
  formats: Formats;
  choose: (language: Language) => void;
}

/** Texts, numbers and dates in the current language. */
export function useWords(): Words {
  const { i18n } = useTranslation();
  const language: Language = i18n.language === 'fr' ? 'fr' : 'en';
  const t = useCallback<Words['t']>((key, values) => i18n.t(key, { ...values, lng: language }), [i18n, language]);
  const formats = formatsOf(language);
  const choose = useCallback(
    (next: Language) => {
      rememberLanguage(localStorage, next);
      void i18n.changeLanguage(next);
    },
    [i18n],
  );
  return { t, language, formats, choose };
}
