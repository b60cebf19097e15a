import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { CSSProperties, KeyboardEvent, ReactNode, RefObject } from 'react';

/** A column's name, or what is drawn in its place. */
export type Column = string | { name: string; head: ReactNode };

interface Props<Row> {
  label: string;
  /** Grid layout of the rows: a class in styles.css. */
  layout: string;
  columns: readonly Column[];
  /** Column widths, which depend on the columns chosen. */
  style?: CSSProperties;
  /** Handles a key pressed in a row; true if it used the key. */
  onRowKey?: (row: Row, event: KeyboardEvent) => boolean;
  rows: readonly Row[];
  /** Rows in the whole list, including those not fetched. */
  total: number;
  rowKey: (row: Row) => string;
  rowClass?: (row: Row) => string;
  /** A row's cells, one per column. */
  renderCells: (row: Row) => ReactNode;
  /** Before a row is measured, in pixels: on a screen, and on a phone. */
  rowHeight: { wide: number; narrow: number };
  more: boolean;
  fetchMore: () => void;
  /** Content between the head and the rows. */
  strip?: ReactNode;
}

/** Rows left below the view when the next page is requested. */
const FETCH_AHEAD_ROWS = 40;

/** An element's top on the page, kept up to date when things above it appear or go. */
function usePageTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => {
      if (element.current !== null) setTop(Math.round(element.current.getBoundingClientRect().top + window.scrollY));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, [element]);
  return top;
}

/** A table that scrolls with the page and renders only the rows in view: 100,000 rows cost as much as 30. */
export function VirtualTable<Row>(props: Props<Row>) {
  const { rows, rowKey, more, fetchMore } = props;
  const body = useRef<HTMLDivElement>(null);
  const scrollMargin = usePageTop(body);
  const narrow = useMediaQuery('(max-width: 760px)') ?? false;
  // oxlint-disable-next-line react/incompatible-library -- what it returns must not be memoized, and nothing here does
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (narrow ? props.rowHeight.narrow : props.rowHeight.wide),
    overscan: 4,
    scrollMargin,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  const items = virtualizer.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && lastDrawn >= rows.length - FETCH_AHEAD_ROWS) fetchMore();
  }, [more, lastDrawn, rows.length, fetchMore]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const pressedIn = event.target instanceof HTMLElement ? event.target.closest('[data-index]') : null;
    const pressed = pressedIn === null ? undefined : rows[Number(pressedIn.getAttribute('data-index'))];
    if (pressed !== undefined && props.onRowKey?.(pressed, event) === true) return event.preventDefault();
    if (event.target instanceof HTMLInputElement && event.target.type !== 'checkbox') return undefined;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const at = step === 0 ? null : pressedIn;
    const next = Number(at?.getAttribute('data-index')) + step;
    if (at === null || next < 0 || next >= rows.length) return undefined;
    event.preventDefault();
    virtualizer.scrollToIndex(next);
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${next}"] :is(a, .rc-row-link)`)?.focus());
    return undefined;
  };
  return (
    <div
      role="table"
      aria-label={props.label}
      aria-rowcount={props.total + 1}
      className={`rc-table ${props.layout}`}
      style={props.style}
    >
      <TableHead columns={props.columns} strip={props.strip} />
      <div ref={body} role="rowgroup" className="rc-rows" style={{ height: virtualizer.getTotalSize() }} onKeyDown={onKeyDown}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={`rc-row ${props.rowClass?.(row) ?? ''}`}
              style={{ transform: `translateY(${item.start - scrollMargin}px)` }}
            >
              {props.renderCells(row)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function TableHead({ columns, strip }: { columns: readonly Column[]; strip: ReactNode }) {
  return (
    <div role="rowgroup" className="rc-head">
      <div role="row" className="rc-head-row">
        {columns.map((column) => {
          const { name, head } = typeof column === 'string' ? { name: column, head: column } : column;
          return (
            <div key={name} role="columnheader">
              {head}
            </div>
          );
        })}
      </div>
      {strip}
    </div>
  );
}

export function Cell({ name, area, children }: { name?: string; area: string; children: ReactNode }) {
  return (
    <div role="cell" className={`rc-cell rc-cell-${area}`} data-name={name}>
      {children}
    </div>
  );
}
