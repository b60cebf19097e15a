import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react';
import { addressOf, parseAddress } from './address.ts';
import type { View } from './address.ts';

interface Address {
  view: View;
  /** Shows another view. `replace` refines the present one, so that Back does not stop at every letter typed. */
  go: (view: View, options?: { replace?: boolean }) => void;
  /** Closes what was opened over `under`: goes back if this console opened it, so that Back does not reopen it. */
  close: (under: View) => void;
}

const AddressContext = createContext<Address | null>(null);

const here = (): View => parseAddress(window.location.pathname, window.location.search);
const opened = 'rollcall-opened';

/** Columns stay the same until others are chosen. */
const withColumns = (next: View, now: View): View =>
  next.page === 'devices' && now.page === 'devices' && next.columns === null ? { ...next, columns: now.columns } : next;

export function AddressProvider({ children }: { children: ReactNode }) {
  const [view, setView] = useState<View>(here);
  useEffect(() => {
    const back = (): void => setView(here());
    window.addEventListener('popstate', back);
    return () => window.removeEventListener('popstate', back);
  }, []);
  const go = useCallback<Address['go']>((to, options) => {
    const next = withColumns(to, here());
    if (options?.replace === true) window.history.replaceState(window.history.state, '', addressOf(next));
    else window.history.pushState(opened, '', addressOf(next));
    setView(next);
  }, []);
  const close = useCallback<Address['close']>(
    (under) => {
      if (window.history.state === opened) window.history.back();
      else go(under, { replace: true });
    },
    [go],
  );
  const address = useMemo(() => ({ view, go, close }), [view, go, close]);
  return <AddressContext value={address}>{children}</AddressContext>;
}

export function useAddress(): Address {
  const address = use(AddressContext);
  if (address === null) throw new Error('useAddress outside of AddressProvider');
  return address;
}

const plainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** A real link (can be opened in a new tab and copied) that changes the view without a page load. */
export function Link({ to, onClick, ...rest }: { to: View } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>) {
  const { go } = useAddress();
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (!plainClick(event)) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={addressOf(to)} onClick={follow} />;
}
