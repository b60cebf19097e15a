import { SegmentedControl } from '@mantine/core';
import type { Language } from '../../../protocol/errors.ts';
import { languages } from '../words/language.ts';
import { useWords } from '../words/words.ts';

/** EN | FR; the choice is remembered on this computer. */
export function LanguageSwitch({ onChosen }: { onChosen?: (language: Language) => void }) {
  const { t, language, choose } = useWords();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('header.language')}
      value={language}
      data={languages.map((value) => ({ value, label: value.toUpperCase() }))}
      onChange={(value) => {
        const chosen = languages.find((known) => known === value);
        if (chosen === undefined) return;
        choose(chosen);
        onChosen?.(chosen);
      }}
    />
  );
}
