import { useCallback, useEffect, useRef, useState } from 'react';
import type { FocusEvent, RefObject } from 'react';

export interface HeldZone {
  /** Rows do not move: the pointer or the keyboard is among them, or they are scrolled. */
  held: boolean;
  zone: {
    ref: RefObject<HTMLDivElement | null>;
    onFocus: (event: FocusEvent) => void;
    onBlur: (event: FocusEvent) => void;
  };
}

/** How far the zone's top may be above the view before new rows above would shift what is being read. */
const SCROLLED_PX = 8;

/** Detects whether somebody is busy in a list, so that nothing moves under their hand or eye (principle 1). */
export function useInteractionLock(): HeldZone {
  const ref = useRef<HTMLDivElement>(null);
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = (): void => {
      if (ref.current !== null) setScrolled(ref.current.getBoundingClientRect().top < -SCROLLED_PX);
    };
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  // Listens on the document, not the zone: when the element under the pointer is removed, the zone receives no leave event. Listens to real moves
  // only: rows appearing or going under a resting pointer do not mean that the hand has left.
  useEffect(() => {
    const moved = (event: PointerEvent): void =>
      setPointer(event.target instanceof Node && ref.current?.contains(event.target) === true);
    const lifted = (event: PointerEvent): void => {
      if (event.pointerType !== 'mouse') setPointer(false);
    };
    const left = (): void => setPointer(false);
    document.addEventListener('pointermove', moved, { passive: true });
    document.addEventListener('pointerup', lifted);
    document.documentElement.addEventListener('pointerleave', left);
    return () => {
      document.removeEventListener('pointermove', moved);
      document.removeEventListener('pointerup', lifted);
      document.documentElement.removeEventListener('pointerleave', left);
    };
  }, []);
  // Focus left behind by a click does not mean that somebody is reading; a visible keyboard focus ring does.
  const onFocus = useCallback((event: FocusEvent) => setFocus(event.target.matches(':focus-visible')), []);
  const onBlur = useCallback((event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false);
  }, []);
  return { held: pointer || focus || scrolled, zone: { ref, onFocus, onBlur } };
}
