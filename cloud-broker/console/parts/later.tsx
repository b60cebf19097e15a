import { lazy, Suspense, useEffect } from 'react';
import type { ComponentType } from 'react';

/** Gives the focus back to who had it when this appeared: what is taken away as a whole cannot do so itself. */
function FocusBack() {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
      });
    };
  }, []);
  return null;
}

/** A part that is loaded when it is first shown, so that the first page of the console stays small. Until then nothing stands in its place. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Part = lazy(async () => ({ default: await load() }));
  return (props) => (
    <Suspense fallback={null}>
      <FocusBack />
      <Part {...props} />
    </Suspense>
  );
}
