import { TextInput } from '@mantine/core';
import { useWords } from '../words/words.ts';

export function UserField({ user, onChange }: { user: string; onChange: (user: string) => void }) {
  const { t } = useWords();
  return (
    <TextInput
      label={t('session.user')}
      description={t('session.userHint')}
      name="username"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      autoFocus
      required
      maxLength={320}
      value={user}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
