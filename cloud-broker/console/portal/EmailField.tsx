import { TextInput } from '@mantine/core';
import { useWords } from '../words/words.ts';

interface EmailFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Reports an invalid address, once somebody tried to continue with it. */
  wrong?: boolean;
  autoFocus?: boolean;
  /** Somebody else's address, so no autofill. */
  ofSomebodyElse?: boolean;
}

export function EmailField({ value, onChange, wrong = false, autoFocus = false, ofSomebodyElse = false }: EmailFieldProps) {
  const { t } = useWords();
  return (
    <TextInput
      label={t('signUp.email')}
      inputMode="email"
      name={ofSomebodyElse ? 'invited' : 'username'}
      autoComplete={ofSomebodyElse ? 'off' : 'username'}
      required
      autoFocus={autoFocus}
      maxLength={254}
      value={value}
      error={wrong ? t('signUp.emailWrong') : null}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
