import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { ImportReport, ImportRow, ImportVerdict } from '../../../protocol/api-import.ts';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';

const ROWS_AT_ONCE = 100;

/** A row of the table, its previous values, and what happens to it. */
export interface MadeRow extends ImportRow {
  verdict: ImportVerdict;
  before: ImportReport['rows'][number]['before'];
}

const verdictWords: Record<ImportVerdict, WordKey> = {
  changed: 'importRow.changed',
  unchanged: 'importRow.unchanged',
  waits: 'importRow.waits',
  'too-many': 'importRow.tooMany',
};

/** Rows of a table of labels and tags: current value → new value. */
export function ImportRows({ rows }: { rows: readonly MadeRow[] }) {
  const { t } = useWords();
  const [shown, setShown] = useState(ROWS_AT_ONCE);
  if (rows.length === 0) return null;
  return (
    <div className="rc-import">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('importRow.line')}</th>
            <th scope="col">{t('column.serial')}</th>
            <th scope="col">{t('column.label')}</th>
            <th scope="col">{t('column.tags')}</th>
            <th scope="col">{t('importRow.what')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row) => (
            <Row key={row.line} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > shown ? (
        <Button variant="default" size="xs" onClick={() => setShown(shown + ROWS_AT_ONCE)}>
          {t('rows.more')}
        </Button>
      ) : null}
    </div>
  );
}

function Row({ row: { line, serial, label, tags, before, verdict } }: { row: MadeRow }) {
  const { t, formats } = useWords();
  const wanted = tags === undefined ? undefined : [...new Set(tags)];
  const list = (some: readonly string[]): ReactNode =>
    some.length === 0
      ? null
      : some.map((tag) => (
          <span key={tag} className="rc-tag">
            {tag}
          </span>
        ));
  const tagsBefore = before?.tags ?? [];
  return (
    <tr>
      <td>{formats.number(line)}</td>
      <td>{serial}</td>
      <td>
        <Change from={before?.label ?? null} to={label === before?.label ? undefined : label} />
      </td>
      <td>
        <Change
          from={list(tagsBefore)}
          to={wanted === undefined || JSON.stringify(wanted) === JSON.stringify(tagsBefore) ? undefined : list(wanted)}
        />
      </td>
      <td>{t(verdictWords[verdict])}</td>
    </tr>
  );
}

/** `from` alone if it does not change; null: no value. */
function Change({ from, to }: { from: ReactNode; to: ReactNode }) {
  if (to === undefined) return <span className="rc-dim">{from ?? '–'}</span>;
  return (
    <>
      {from === null ? '–' : <del>{from}</del>} → {to === null ? '–' : <ins>{to}</ins>}
    </>
  );
}
