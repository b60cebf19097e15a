import { Paper, Stack, Switch, Title } from '@mantine/core';
import { useState } from 'react';
import { areShortcutsOn, setShortcuts } from '../parts/shortcuts.ts';
import { useWords } from '../words/words.ts';

/** Keys of one letter can be switched off (principle 10). */
export function Shortcuts() {
  const { t } = useWords();
  const [on, setOn] = useState(areShortcutsOn);
  return (
    <Paper className="rc-panel" p="xl">
      <Stack gap="md">
        <Title order={2} size="h3">
          {t('keys.title')}
        </Title>
        <Switch
          label={t('keys.on')}
          description={t('keys.onHint')}
          checked={on}
          onChange={(event) => {
            setShortcuts(event.currentTarget.checked);
            setOn(event.currentTarget.checked);
          }}
        />
      </Stack>
    </Paper>
  );
}
