import { createContext, use, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../words/words.ts';

const TICK_MS = 10_000;
const NowContext = createContext(0);

/** One clock for all relative times on the page. */
export function ClockProvider({ children }: { children: ReactNode }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

/** "5 min ago" up to 24 h, then the date; exact to the second on hover. `at` null: it has not happened. */
export function Ago({ at }: { at: string | null }) {
  const { t, formats } = useWords();
  const now = use(NowContext);
  if (at === null) return <span>{t('time.none')}</span>;
  return (
    <time dateTime={at} title={formats.exact(at)}>
      {formats.ago(at, now) ?? t('time.now')}
    </time>
  );
}

/** How long a state has lasted: "for 5 hr" up to 24 h, then "since" the date; exact to the second on hover. */
export function Since({ at }: { at: string }) {
  const { t, formats } = useWords();
  const since = formats.since(at, use(NowContext));
  const words = { lasting: 'time.for', day: 'time.since' } as const;
  return (
    <time dateTime={at} title={formats.exact(at)}>
      {since === null ? t('time.now') : t(words[since.kind], { time: since.text })}
    </time>
  );
}

export function Exact({ at }: { at: string | null }) {
  const { t, formats } = useWords();
  if (at === null) return <span>{t('time.none')}</span>;
  return <time dateTime={at}>{formats.exact(at)}</time>;
}
