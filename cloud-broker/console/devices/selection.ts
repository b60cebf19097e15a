import { useCallback, useMemo, useRef, useState } from 'react';
import type { Device } from '../../../protocol/api.ts';

export interface Selection {
  /** Ids, including those of rows scrolled out of view. */
  ids: ReadonlySet<string>;
  /** Selects or deselects a row; with `through`, selects every row from the last toggled one to this one. */
  toggle: (id: string, through: boolean) => void;
  all: () => void;
  clear: () => void;
}

const nothing: ReadonlySet<string> = new Set();

/** The selected rows of the list `list`, by device id. A different list starts empty; changed row contents do not affect the selection. */
export function useSelection(list: string): { ids: ReadonlySet<string>; of: (rows: readonly Device[]) => Selection } {
  const [kept, setKept] = useState<{ list: string; ids: ReadonlySet<string> }>({ list, ids: nothing });
  const ids = kept.list === list ? kept.ids : nothing;
  const anchor = useRef<string | null>(null);
  const of = useCallback(
    (rows: readonly Device[]): Selection => ({
      ids,
      toggle: (id, through) => {
        const from = through && anchor.current !== null ? rows.findIndex((row) => row.id === anchor.current) : -1;
        const to = rows.findIndex((row) => row.id === id);
        const next = new Set(ids);
        if (from !== -1 && to !== -1) {
          for (const row of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(row.id);
        } else if (!next.delete(id)) next.add(id);
        anchor.current = id;
        setKept({ list, ids: next });
      },
      all: () => setKept({ list, ids: new Set(rows.map((row) => row.id)) }),
      clear: () => {
        anchor.current = null;
        setKept({ list, ids: nothing });
      },
    }),
    [ids, list],
  );
  return useMemo(() => ({ ids, of }), [ids, of]);
}
