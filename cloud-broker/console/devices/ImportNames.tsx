import { Alert, Button, FileButton, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { expectedPage, importReport, type ImportRow, type ImportVerdict } from '../../../protocol/api-import.ts';
import { wordsOf } from '../../../protocol/errors.ts';
import { lineProblem, TableRefusal } from '../../../protocol/table-problems.ts';
import { ask, change, read } from '../api/client.ts';
import { useChange } from '../api/use-change.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';
import { piecesOf, readTable, type ReadTable } from './csv.ts';
import { ImportRows, type MadeRow } from './ImportRows.tsx';

const MAX_BYTES = 5_000_000;
const LINES_SHOWN = 10;
const EXPECTED = ['devices', 'expected'];
const verdictWords: Record<ImportVerdict, WordKey> = {
  changed: 'import.changed',
  unchanged: 'import.unchanged',
  waits: 'import.waits',
  'too-many': 'import.tooMany',
};

/** Imports labels and tags from a table: previews first, then applies. Displays not yet enrolled get theirs when they enrol. */
export function ImportNames({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog title={t('import.title')} opened={opened} onClose={onClose} size="xl">
      <Stack gap="md">
        <Upload />
        <Expected />
      </Stack>
    </Dialog>
  );
}

function useImport(onProgress: (done: number) => void) {
  return useChange(async ({ rows, preview }: { rows: readonly ImportRow[]; preview: boolean }) => {
    const made: MadeRow[] = [];
    for (const piece of piecesOf(rows)) {
      const report = await ask('/devices/import', importReport, { rows: piece, preview });
      for (const [index, { verdict, before }] of report.rows.entries()) {
        const row = piece[index];
        if (row !== undefined) made.push({ ...row, verdict, before });
      }
      onProgress(made.length);
    }
    return { made, preview };
  }, EXPECTED);
}

function Upload() {
  const { t } = useWords();
  const [table, setTable] = useState<ReadTable | TableRefusal | null>(null);
  const [done, setDone] = useState(0);
  const run = useImport(setDone);
  const take = async (file: File | null): Promise<void> => {
    run.reset();
    if (file === null) return;
    const found = await readFile(file);
    setTable(found);
    if (!(found instanceof TableRefusal) && found.rows.length > 0) run.mutate({ rows: found.rows, preview: true });
  };
  const rows = table === null || table instanceof TableRefusal ? [] : table.rows;
  return (
    <>
      <Text>{t('import.about')}</Text>
      <div>
        <FileButton accept=".csv,.txt,.tsv,text/csv" onChange={(file) => void take(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
      </div>
      {table === null ? null : table instanceof TableRefusal ? <RefusedFile refusal={table} /> : <About table={table} />}
      {run.isPending ? <Progress value={(100 * done) / Math.max(1, rows.length)} aria-label={t('import.title')} /> : null}
      <Refused error={run.error} />
      {run.data === undefined ? null : <Made made={run.data.made} preview={run.data.preview} />}
      {run.data?.preview === true ? (
        <div>
          <Button loading={run.isPending} onClick={() => run.mutate({ rows, preview: false })}>
            {t('import.apply')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

async function readFile(file: File): Promise<ReadTable | TableRefusal> {
  if (file.size > MAX_BYTES) return new TableRefusal([{ kind: 'too-large', most: MAX_BYTES }]);
  try {
    return readTable(new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    if (error instanceof TableRefusal) return error;
    throw error;
  }
}

function RefusedFile({ refusal }: { refusal: TableRefusal }) {
  const { language } = useWords();
  const { message, next } = wordsOf('file-refused', language);
  const reason = refusal.in(language);
  return (
    <Alert className="rc-alert" variant="default" role="alert" title={message}>
      <Text>{`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`}</Text>
      <Text size="sm">{next}</Text>
    </Alert>
  );
}

/** Everything about the file except its rows: unusable lines, ignored columns, and a guessed encoding that somebody must check. */
function About({ table: { rows, problems, leftOut, isGuess } }: { table: ReadTable }) {
  const { t, language, formats } = useWords();
  return (
    <>
      {rows.length === 0 && problems.length === 0 ? <Text role="alert">{t('import.nothing')}</Text> : null}
      {isGuess ? <Text role="alert">{t('import.guessed')}</Text> : null}
      {problems.length === 0 ? null : (
        <div role="alert">
          {t('import.unreadable', { count: problems.length, n: formats.number(problems.length) })}
          <ul>
            {problems.slice(0, LINES_SHOWN).map(({ line, problem }) => (
              <li key={line}>{t('import.line', { line: formats.number(line), problem: lineProblem(problem, language) })}</li>
            ))}
          </ul>
          {problems.length > LINES_SHOWN ? t('import.otherLines', { n: formats.number(problems.length - LINES_SHOWN) }) : null}
        </div>
      )}
      {leftOut.length === 0 ? null : <Text className="rc-dim">{t('import.leftOut', { columns: leftOut.join(', ') })}</Text>}
    </>
  );
}

/** How many rows change, wait or are already up to date, and each changed row, old → new. */
function Made({ made, preview }: { made: readonly MadeRow[]; preview: boolean }) {
  const { t, formats } = useWords();
  const counts: Partial<Record<ImportVerdict, number>> = {};
  for (const { verdict } of made) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return (
    <>
      <div role="status">
        <strong>{t(preview ? 'import.would' : 'import.done')}</strong>
        <ul>
          {(Object.keys(counts) as ImportVerdict[]).map((verdict) => (
            <li key={verdict}>
              {t(verdictWords[verdict], { count: counts[verdict] ?? 0, n: formats.number(counts[verdict] ?? 0) })}
            </li>
          ))}
        </ul>
      </div>
      <ImportRows rows={made.filter(({ verdict }) => verdict !== 'unchanged')} />
    </>
  );
}

/** How many displays are still expected, and how to cancel that. */
function Expected() {
  const { t, formats } = useWords();
  const { data } = useQuery({
    queryKey: EXPECTED,
    queryFn: ({ signal }) => read('/devices/expected?limit=1', expectedPage, signal),
  });
  const forget = useChange(() => change('DELETE', '/devices/expected'), EXPECTED);
  if (data === undefined || data.total === 0) return null;
  return (
    <Text className="rc-dim">
      {t('import.expected', { count: data.total, n: formats.number(data.total) })}{' '}
      <Button variant="subtle" size="compact-xs" loading={forget.isPending} onClick={() => forget.mutate()}>
        {t('import.forget')}
      </Button>
    </Text>
  );
}
