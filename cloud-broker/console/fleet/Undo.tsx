import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

const UNDO_MS = 10_000;

interface Offer {
  text: string;
  /** null if it cannot be undone: the change is then only reported. */
  undo: (() => Promise<void>) | null;
}

const UndoContext = createContext<(offer: Offer) => void>(() => undefined);

/** Reports what was changed and offers to undo it for 10 seconds (principle 8). */
export const useUndo = (): ((offer: Offer) => void) => use(UndoContext);

export function UndoProvider({ children }: { children: ReactNode }) {
  const [offer, setOffer] = useState<Offer | null>(null);
  const put = useCallback((next: Offer) => setOffer({ ...next }), []);
  const forget = useCallback((old: Offer) => setOffer((now) => (now === old ? null : now)), []);
  return (
    <UndoContext value={put}>
      {children}
      {offer === null ? null : <UndoBar key={offer.text} offer={offer} forget={forget} />}
    </UndoContext>
  );
}

function UndoBar({ offer, forget }: { offer: Offer; forget: (old: Offer) => void }) {
  const { t } = useWords();
  const undo = useMutation({ mutationFn: async () => offer.undo?.() });
  const { isPending, isError } = undo;
  const over = useMemo(() => () => forget(offer), [forget, offer]);
  useEffect(() => {
    // Stays open while the undo is running or after it failed.
    if (isPending || isError) return undefined;
    const timer = setTimeout(over, UNDO_MS);
    return () => clearTimeout(timer);
  }, [over, isPending, isError]);
  return (
    <div role="status" className="rc-undo" data-landing={undo.isSuccess ? true : undefined} tabIndex={-1}>
      <span>{undo.isSuccess ? t('undo.done') : offer.text}</span>
      {undo.isSuccess || offer.undo === null ? null : (
        <Button size="compact-sm" variant="default" loading={isPending} onClick={() => undo.mutate()}>
          {t('undo.do')}
        </Button>
      )}
      <Refused error={undo.error} />
    </div>
  );
}
