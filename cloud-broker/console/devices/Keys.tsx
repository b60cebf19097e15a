import { Kbd, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from '../app/Address.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { areShortcutsOn } from '../parts/shortcuts.ts';
import { useWords } from '../words/words.ts';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null;

/** `/` focuses the search field, `?` lists the shortcuts. Ignored while typing or with a modifier key. */
export function Keys() {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
      if (!areShortcutsOn()) return;
      if (event.key === '/') document.querySelector<HTMLInputElement>('.rc-search input')?.focus();
      else if (event.key === '?') setOpened(true);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const rows = [
    ['/', t('keys.search')],
    ['↑ ↓', t('keys.arrows')],
    ['␣', t('keys.space')],
    ['⏎', t('keys.enter')],
    ['F2', t('keys.edit')],
    ['Esc', t('keys.escape')],
    ['?', t('keys.list')],
  ] as const;
  return (
    <Dialog title={t('keys.title')} opened={opened} onClose={() => setOpened(false)}>
      <dl className="rc-keys">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Text className="rc-dim" mt="md">
        <Link to={{ page: 'account' }}>{t('keys.off')}</Link>
      </Text>
    </Dialog>
  );
}
