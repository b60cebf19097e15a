import { useCallback, useState } from 'react';
import type { WordKey } from '../words/words.ts';

/** Columns that a person may add to those that are always there. */
export const chosenColumns = ['serialSource', 'enrolled', 'credits', 'health', 'os', 'agent'] as const;
export type ChosenColumn = (typeof chosenColumns)[number];

export const columnWords: Record<ChosenColumn, WordKey> = {
  serialSource: 'column.serialSource',
  enrolled: 'column.enrolled',
  credits: 'column.credits',
  health: 'column.health',
  os: 'column.os',
  agent: 'column.agent',
};

export const columnWidths: Record<ChosenColumn, string> = {
  serialSource: '140px',
  enrolled: '130px',
  credits: '90px',
  health: 'minmax(230px, 1fr)',
  os: '100px',
  agent: '80px',
};

const KEPT = 'rollcall.columns';

/** In the order that the table shows them; what is not known is left out. */
const readColumns = (text: string | null): readonly ChosenColumn[] => {
  const named = (text ?? '').split(',');
  return chosenColumns.filter((column) => named.includes(column));
};

/** The columns that this browser's user chose, kept until chosen otherwise. */
export function useColumns(): [readonly ChosenColumn[], (columns: readonly ChosenColumn[]) => void] {
  const [columns, setColumns] = useState(() => readColumns(window.localStorage.getItem(KEPT)));
  const choose = useCallback((next: readonly ChosenColumn[]) => {
    const known = readColumns(next.join(','));
    setColumns(known);
    window.localStorage.setItem(KEPT, known.join(','));
  }, []);
  return [columns, choose];
}
