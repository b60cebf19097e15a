import { TextInput } from '@mantine/core';
import { useWords } from '../words/words.ts';

interface EmailFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Says that it is none, once somebody tried to go on with it. */
  wrong?: boolean;
  autoFocus?: boolean;
  /** Not the reader's own address, so nothing is filled in. */
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
