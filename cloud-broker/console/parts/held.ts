import { useCallback, useEffect, useRef, useState } from 'react';
import type { FocusEvent, RefObject } from 'react';

export interface HeldZone {
  /** Rows hold still: the pointer or the keyboard is among them, or they are scrolled. */
  held: boolean;
  zone: {
    ref: RefObject<HTMLDivElement | null>;
    onPointerEnter: () => void;
    onPointerLeave: () => void;
    onFocus: (event: FocusEvent) => void;
    onBlur: (event: FocusEvent) => void;
  };
}

/** How far the zone's top may lie above the view before rows that come above would shift what is being read. */
const SCROLLED_PX = 8;

/** Tells whether somebody is busy in a list, so that nothing may slip away under hand or eye (principle 1). */
export function useHeld(): HeldZone {
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
  const onPointerEnter = useCallback(() => setPointer(true), []);
  const onPointerLeave = useCallback(() => setPointer(false), []);
  // Focus that a click left behind is not somebody reading; the ring that the keyboard draws is.
  const onFocus = useCallback((event: FocusEvent) => setFocus(event.target.matches(':focus-visible')), []);
  const onBlur = useCallback((event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false);
  }, []);
  return { held: pointer || focus || scrolled, zone: { ref, onPointerEnter, onPointerLeave, onFocus, onBlur } };
}
