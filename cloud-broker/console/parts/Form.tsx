import { Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';

/** For a form's `onSubmit`: does it here, without leaving the page. */
export const submitting =
  (submit: () => unknown) =>
  (event: FormEvent): void => {
    event.preventDefault();
    submit();
  };

/** Fields below each other; what is wrong with one it says itself. */
export function Form({ onSubmit, children }: { onSubmit: () => unknown; children: ReactNode }) {
  return (
    <form noValidate onSubmit={submitting(onSubmit)}>
      <Stack gap="md">{children}</Stack>
    </form>
  );
}
