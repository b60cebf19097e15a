import { Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';

/** For a form's `onSubmit`: runs `submit` without leaving the page. */
export const submitting =
  (submit: () => unknown) =>
  (event: FormEvent): void => {
    event.preventDefault();
    submit();
  };

/** A column of fields. Each field says itself what is wrong with it. */
export function Form({ onSubmit, children }: { onSubmit: () => unknown; children: ReactNode }) {
  return (
    <form noValidate onSubmit={submitting(onSubmit)}>
      <Stack gap="md">{children}</Stack>
    </form>
  );
}
