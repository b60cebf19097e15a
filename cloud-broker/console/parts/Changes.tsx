import { Button } from '@mantine/core';
import { useWords } from '../words/words.ts';

/** How many rows wait to appear, leave or move while the list is held, and a button that applies them. */
export function Changes({ count, show }: { count: number; show: () => void }) {
  const { t, formats } = useWords();
  if (count === 0) return null;
  return (
    <div className="rc-changes">
      <span>{t('rows.changes', { count, n: formats.number(count) })}</span>
      <Button size="compact-sm" variant="default" onClick={show}>
        {t('rows.show')}
      </Button>
    </div>
  );
}
