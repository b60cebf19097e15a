import { Button, FileButton, Modal, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { expectedPage, importReport, type ImportRow, type ImportVerdict } from '../../../protocol/api-import.ts';
import { ask, change, read } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import type { WordKey } from '../words/words.ts';
import { piecesOf, readTable, type ReadTable } from './csv.ts';

const MOST_BYTES = 5_000_000;
const LINES_SHOWN = 10;
const EXPECTED = ['devices', 'expected'];
const verdictWords: Record<ImportVerdict, WordKey> = {
  changed: 'import.changed',
  unchanged: 'import.unchanged',
  waits: 'import.waits',
  'too-many': 'import.tooMany',
};
type Counts = Partial<Record<ImportVerdict, number>>;

/** Labels and tags from a table: shown first, then done; displays still to come get theirs when they enrol. */
export function ImportNames({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Modal opened={opened} onClose={onClose} title={t('import.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <Upload />
        <Expected />
      </Stack>
    </Modal>
  );
}

function useImport(onProgress: (done: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ rows, preview }: { rows: readonly ImportRow[]; preview: boolean }) => {
      const counts: Counts = {};
      let done = 0;
      for (const piece of piecesOf(rows)) {
        const { rows: made } = await ask('/devices/import', importReport, { rows: piece, preview });
        for (const { verdict } of made) counts[verdict] = (counts[verdict] ?? 0) + 1;
        done += piece.length;
        onProgress(done);
      }
      return { counts, preview };
    },
    onSettled: () => client.invalidateQueries({ queryKey: EXPECTED }),
  });
}

function Upload() {
  const { t, formats } = useWords();
  const [table, setTable] = useState<ReadTable | 'too-big' | null>(null);
  const [done, setDone] = useState(0);
  const run = useImport(setDone);
  const take = async (file: File | null): Promise<void> => {
    run.reset();
    if (file === null) return;
    if (file.size > MOST_BYTES) return setTable('too-big');
    const found = readTable(await file.text());
    setTable(found);
    if (found.rows.length > 0) run.mutate({ rows: found.rows, preview: true });
  };
  const rows = table === null || table === 'too-big' ? [] : table.rows;
  return (
    <>
      <Text>{t('import.about')}</Text>
      <div>
        <FileButton accept=".csv,text/csv" onChange={(file) => void take(file)}>
          {(props) => (
            <Button variant="default" {...props}>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
      </div>
      {table === 'too-big' ? <Text role="alert">{t('import.tooBig')}</Text> : null}
      {table !== null && table !== 'too-big' ? <Problems table={table} /> : null}
      {run.isPending ? <Progress value={(100 * done) / Math.max(1, rows.length)} aria-label={t('import.title')} /> : null}
      {run.isError ? <Refused error={run.error} /> : null}
      {run.data === undefined ? null : (
        <div role="status">
          <strong>{t(run.data.preview ? 'import.would' : 'import.done')}</strong>
          <ul>
            {(Object.keys(run.data.counts) as ImportVerdict[]).map((verdict) => (
              <li key={verdict}>
                {t(verdictWords[verdict], {
                  count: run.data.counts[verdict] ?? 0,
                  n: formats.number(run.data.counts[verdict] ?? 0),
                })}
              </li>
            ))}
          </ul>
        </div>
      )}
      {run.data?.preview === true ? (
        <Button loading={run.isPending} onClick={() => run.mutate({ rows, preview: false })}>
          {t('import.apply')}
        </Button>
      ) : null}
    </>
  );
}

function Problems({ table: { rows, unreadable, hasSerials } }: { table: ReadTable }) {
  const { t, formats } = useWords();
  if (!hasSerials) return <Text role="alert">{t('import.noSerials')}</Text>;
  if (rows.length === 0 && unreadable.length === 0) return <Text role="alert">{t('import.nothing')}</Text>;
  if (unreadable.length === 0) return null;
  const lines = unreadable.slice(0, LINES_SHOWN).map(formats.number).join(', ');
  return (
    <Text role="alert">{t('import.unreadable', { count: unreadable.length, n: formats.number(unreadable.length), lines })}</Text>
  );
}

/** How many displays are waited for, and how to stop that. */
function Expected() {
  const { t, formats } = useWords();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: EXPECTED,
    queryFn: ({ signal }) => read('/devices/expected?limit=1', expectedPage, signal),
  });
  const forget = useMutation({
    mutationFn: () => change('DELETE', '/devices/expected', {}),
    onSettled: () => client.invalidateQueries({ queryKey: EXPECTED }),
  });
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
