import { PasswordInput } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** D1: password length in characters, as required by the service. */
const PASSWORD_LENGTH = { least: 10, most: 256 } as const;

export const isLongEnough = (password: string): boolean => password.length >= PASSWORD_LENGTH.least;

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** `new` is a password to choose: the field shows the requirements, and `wrong` shows that they are not met. */
  kind: 'current' | 'new';
  wrong?: boolean;
  autoFocus?: boolean;
  /** Why a present one is asked for. */
  description?: string;
}

export function PasswordField(props: PasswordFieldProps) {
  const { t } = useWords();
  const { label, value, onChange, kind, wrong = false, autoFocus = false, description } = props;
  return (
    <PasswordInput
      label={label}
      description={kind === 'new' ? t('signUp.passwordHint') : description}
      name={kind === 'new' ? 'new-password' : 'password'}
      autoComplete={kind === 'new' ? 'new-password' : 'current-password'}
      required
      autoFocus={autoFocus}
      maxLength={PASSWORD_LENGTH.most}
      value={value}
      error={wrong ? t('signUp.passwordShort') : null}
      visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
