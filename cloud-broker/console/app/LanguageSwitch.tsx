import type { Language } from '../../../protocol/errors.ts';
import { languages } from '../words/language.ts';
import { useWords } from '../words/words.ts';

/** EN | FR; the choice is remembered on this computer. */
export function LanguageSwitch({ onChosen }: { onChosen?: (language: Language) => void }) {
  const { t, language, choose } = useWords();
  return (
    <div className="rc-languages" role="group" aria-label={t('header.language')}>
      {languages.map((value) => (
        <button
          key={value}
          type="button"
          lang={value}
          aria-pressed={value === language}
          onClick={() => {
            choose(value);
            onChosen?.(value);
          }}
        >
          {value.toUpperCase()}
        </button>
      ))}
    </div>
  );
}
