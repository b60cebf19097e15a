import { SegmentedControl, Stack, Text } from '@mantine/core';
import type { Language } from '../../../protocol/errors.ts';

interface LanguageChoiceProps {
  label: string;
  language: Language;
  choose: (language: Language) => void;
}

/** The language that mails to somebody come in. */
export function LanguageChoice({ label, language, choose }: LanguageChoiceProps) {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <SegmentedControl
        aria-label={label}
        value={language}
        data={[
          { value: 'en', label: 'English' },
          { value: 'fr', label: 'Français' },
        ]}
        onChange={(value) => choose(value === 'fr' ? 'fr' : 'en')}
      />
    </Stack>
  );
}
