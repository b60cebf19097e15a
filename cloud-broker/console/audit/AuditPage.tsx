import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { AuditRow } from '../../../protocol/api-audit.ts';
import { rowsIn } from '../api/pages.ts';
import { deviceAlone } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { RefusedLately } from '../enrol/RefusedLately.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Empty, More, Unread } from '../parts/panels.tsx';
import { Exact } from '../parts/Time.tsx';
import { actorName } from '../words/actor.ts';
import { useWords } from '../words/words.ts';
import { changesOf } from './changes.ts';
import { auditQuery } from './queries.ts';
import { actionName, fieldName, valueName } from './words.ts';

/** Typing delay before a search. */
const TYPING_MS = 250;
/** Fewer letters match the serials of too many. */
const FEW_LETTERS = 4;

/** A3: who changed what, when and from where. Any id finds its row, including one that a display shows for a refused attempt. */
export function AuditPage() {
  const { t } = useWords();
  const { view, go } = useAddress();
  const q = view.page === 'audit' ? (view.q ?? '') : '';
  const [searched] = useDebouncedValue(q.trim(), TYPING_MS);
  return (
    <div className="rc-stack">
      <PageHead title={t('audit.title')} />
      <div className="rc-tools">
        <TextInput
          className="rc-audit-search"
          type="search"
          aria-label={t('audit.search')}
          placeholder={t('audit.search')}
          value={q}
          maxLength={128}
          onChange={(event) => go({ page: 'audit', q: event.currentTarget.value }, { replace: true })}
        />
      </div>
      {searched.length < FEW_LETTERS ? null : <RefusedLately q={searched} />}
      <Listing searched={searched} />
    </div>
  );
}

function Listing({ searched }: { searched: string }) {
  const { t } = useWords();
  const { go } = useAddress();
  const query = useInfiniteQuery({ ...auditQuery(searched), placeholderData: keepPreviousData });
  if (query.data === undefined) return <Unread query={query} />;
  const rows = rowsIn(query.data);
  if (rows.length === 0) {
    return searched === '' ? (
      <Empty title={t('audit.empty')}>
        <Text>{t('audit.emptyHint')}</Text>
      </Empty>
    ) : (
      <Empty title={t('audit.noMatch')}>
        <Text>{t('audit.searchHint')}</Text>
        <Button variant="default" onClick={() => go({ page: 'audit' })}>
          {t('filter.clear')}
        </Button>
      </Empty>
    );
  }
  return (
    <>
      <div className="rc-panel rc-audit" role="table" aria-label={t('audit.title')} aria-busy={query.isPlaceholderData}>
        <div className="rc-audit-row rc-audit-head" role="row">
          {([t('audit.when'), t('audit.who'), t('audit.what'), t('audit.where')] as const).map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        {rows.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </div>
      <More query={query} />
    </>
  );
}

function Row({ row }: { row: AuditRow }) {
  const { t, formats } = useWords();
  const changes = changesOf(row.details, formats.exact);
  return (
    <div className="rc-audit-row" role="row">
      <span role="cell">
        <Exact at={row.at} />
      </span>
      <span role="cell">{whoOf(t, row.actor)}</span>
      <div role="cell">
        <b>{actionName(t, row.action)}</b> <Subject row={row} />
        {changes.map(({ field, before, after }) => (
          <p key={field} className="rc-audit-change">
            <span className="rc-dim">{fieldName(t, field)}</span> {before === null ? '' : `${valueName(t, field, before)} → `}
            {valueName(t, field, after)}
          </p>
        ))}
      </div>
      <span role="cell" className="rc-audit-where">
        <span>{row.address ?? '–'}</span>
        {row.correlationId === null ? null : <span className="rc-mono rc-dim">{row.correlationId}</span>}
      </span>
    </div>
  );
}

/** API keys are shown by name. */
function whoOf(t: ReturnType<typeof useWords>['t'], actor: string): string {
  return actor.startsWith('key:') ? t('audit.byKey', { name: actor.slice('key:'.length) }) : actorName(t, actor);
}

/** The subject of the change, unless it is the domain itself; a device links to its page. */
function Subject({ row }: { row: AuditRow }) {
  if (row.action.startsWith('domain.')) return null;
  if (!row.action.startsWith('device.')) return <span className="rc-wrap">{row.subject}</span>;
  return (
    <Link to={deviceAlone(row.subject)} className="rc-mono">
      {row.subject}
    </Link>
  );
}
