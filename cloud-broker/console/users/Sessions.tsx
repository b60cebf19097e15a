import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { OwnSession } from '../../../protocol/api-users.ts';
import { rowsIn } from '../api/pages.ts';
import { useLost } from '../live/Live.tsx';
import { Panel } from '../parts/pages.tsx';
import { More, Refused, Unread } from '../parts/panels.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { browserName } from './browser.ts';
import { ownSessionsQuery, useEndOthers, useEndSession } from './queries.ts';

/** The user's sessions, each with a way to end it (D6). */
export function Sessions() {
  const { t } = useWords();
  const query = useInfiniteQuery(ownSessionsQuery);
  if (query.data === undefined) return <Unread query={query} rows={2} />;
  const sessions = rowsIn(query.data);
  return (
    <Panel title={t('sessions.title')} isLandmark>
      <ul className="rc-sessions">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
      <More query={query} />
      {sessions.some(({ current }) => !current) ? <EndOthers /> : <Text className="rc-dim">{t('sessions.onlyThis')}</Text>}
    </Panel>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  const { t, formats } = useWords();
  const lost = useLost();
  const end = useEndSession(session.id);
  const name = browserName(session.userAgent) ?? t('sessions.unknown');
  return (
    <li>
      <div className="rc-block">
        <div className="rc-wrap">
          <b>{name}</b>
          <div className="rc-dim">
            {t('sessions.signedIn')} <Ago at={session.createdAt} />
            {session.address === null ? null : ` · ${session.address}`}
          </div>
          <div className="rc-dim">{t('sessions.until', { day: formats.day(session.endsAt) })}</div>
        </div>
        {session.current ? (
          <span className="rc-tag">{t('sessions.current')}</span>
        ) : (
          <Button
            variant="default"
            size="compact-md"
            disabled={lost}
            loading={end.isPending}
            aria-label={t('sessions.endOf', { browser: name })}
            onClick={() => end.mutate()}
          >
            {t('sessions.end')}
          </Button>
        )}
      </div>
      <Refused error={end.error} />
    </li>
  );
}

function EndOthers() {
  const { t } = useWords();
  const lost = useLost();
  const end = useEndOthers();
  return (
    <div>
      <Button variant="default" disabled={lost} loading={end.isPending} onClick={() => end.mutate()}>
        {t('sessions.endOthers')}
      </Button>
      <Refused error={end.error} />
    </div>
  );
}
