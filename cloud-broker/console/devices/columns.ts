import { useCallback, useEffect } from 'react';
import { columnsOf } from '../app/address.ts';
import type { ChosenColumn } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import type { WordKey } from '../words/words.ts';

export const columnWords: Record<ChosenColumn, WordKey> = {
  serialSource: 'column.serialSource',
  enrolled: 'column.enrolled',
  credits: 'column.credits',
  health: 'column.health',
  os: 'column.os',
  agent: 'column.agent',
};

export const columnWidths: Record<ChosenColumn, string> = {
  serialSource: '8.75rem',
  enrolled: '8.125rem',
  credits: '5.625rem',
  health: 'minmax(14.375rem, 1fr)',
  os: '6.25rem',
  agent: '5rem',
};

const KEPT = 'rollcall.columns';
const none: readonly ChosenColumn[] = [];

/** The columns named in the address; if none, those this browser's user chose last. */
export function useColumns(): [readonly ChosenColumn[], (columns: readonly ChosenColumn[]) => void] {
  const { view, go } = useAddress();
  const said = view.page === 'devices' ? view.columns : null;
  const columns = said ?? columnsOf(window.localStorage.getItem(KEPT));
  useEffect(() => {
    if (view.page === 'devices' && view.columns === null && columns !== null) go({ ...view, columns }, { replace: true });
  }, [view, columns, go]);
  const choose = useCallback(
    (next: readonly ChosenColumn[]) => {
      const text = next.join(',');
      window.localStorage.setItem(KEPT, text);
      if (view.page === 'devices') go({ ...view, columns: columnsOf(text) ?? none }, { replace: true });
    },
    [view, go],
  );
  return [columns ?? none, choose];
}
