import { lazy, Suspense } from 'react';
import type { ComponentType } from 'react';

/** A part that is loaded when it is first shown, so that the first page of the console stays small. Until then nothing stands in its place. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Part = lazy(async () => ({ default: await load() }));
  return (props) => (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
}
