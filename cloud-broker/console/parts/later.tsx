import { lazy, Suspense } from 'react';
import type { ComponentType } from 'react';

/** A component loaded when first shown, so that the console's first page stays small. Renders nothing until then. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const Part = lazy(async () => ({ default: await load() }));
  return (props) => (
    <Suspense fallback={null}>
      <Part {...props} />
    </Suspense>
  );
}
