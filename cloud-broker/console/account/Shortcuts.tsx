import { Switch } from '@mantine/core';
import { useState } from 'react';
import { Panel } from '../parts/pages.tsx';
import { areShortcutsOn, setShortcuts } from '../parts/shortcuts.ts';
import { useWords } from '../words/words.ts';

/** Single-letter shortcuts can be switched off (principle 10). */
export function Shortcuts() {
  const { t } = useWords();
  const [on, setOn] = useState(areShortcutsOn);
  return (
    <Panel title={t('keys.title')}>
      <Switch
        label={t('keys.on')}
        description={t('keys.onHint')}
        checked={on}
        onChange={(event) => {
          setShortcuts(event.currentTarget.checked);
          setOn(event.currentTarget.checked);
        }}
      />
    </Panel>
  );
}
