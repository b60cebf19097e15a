import { Button, Drawer, Group, Modal, Stack } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/words.ts';
import { Copyable } from './Copyable.tsx';
import { Form } from './Form.tsx';
import { Notice } from './Notice.tsx';
import { Refused } from './panels.tsx';

interface DialogProps {
  title: string;
  opened?: boolean;
  onClose: () => void;
  size?: 'md' | 'lg' | 'xl';
  /** For a secret that nobody has copied yet: neither Escape nor a click outside closes the dialog. */
  stays?: boolean;
  children: ReactNode;
}

export function Dialog({ title, opened = true, onClose, size = 'md', stays = false, children }: DialogProps) {
  const { t } = useWords();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={size}
      title={<span className="rc-wrap">{title}</span>}
      closeOnClickOutside={!stays}
      closeOnEscape={!stays}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {children}
    </Modal>
  );
}

/** Opens over a list, at the right of the page. */
export function SideDialog({ title, opened, onClose, size = 'md', children }: Omit<DialogProps, 'stays'> & { opened: boolean }) {
  const { t } = useWords();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={size}
      title={title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {children}
    </Drawer>
  );
}

interface AnswerProps {
  /** What the button that acts says. */
  action: string;
  /** The mutation behind the button. */
  attempt: { isPending: boolean; error: unknown };
  disabled?: boolean;
  look?: Pick<ButtonProps, 'className' | 'color' | 'variant'>;
  onCancel: () => void;
  /** What the other button says where it is not “Cancel”. */
  cancel?: string;
  /** What stands at the left of both. */
  aside?: ReactNode;
  children?: ReactNode;
}

/** The look of a button whose action cannot be undone. */
export const careful = { variant: 'default', className: 'rc-danger' } as const;

/** The refusal if there is one, and the buttons. Without `onAct` the acting button submits the form around it. */
function Answer(props: AnswerProps & { onAct?: () => void }) {
  const { t } = useWords();
  const { action, attempt, disabled = false, look, onCancel, cancel = t('cancel'), aside, onAct } = props;
  return (
    <>
      <Refused error={attempt.error} />
      <Group justify="flex-end" gap="xs">
        {aside === undefined ? null : <div className="rc-grow">{aside}</div>}
        <Button variant="default" onClick={onCancel}>
          {cancel}
        </Button>
        <Button
          {...look}
          type={onAct === undefined ? 'submit' : 'button'}
          disabled={disabled}
          loading={attempt.isPending}
          onClick={onAct}
        >
          {action}
        </Button>
      </Group>
    </>
  );
}

/** A dialog's fields, the refusal if there is one, and the buttons. */
export function DialogForm({ onSubmit, children, ...answer }: AnswerProps & { onSubmit: () => void }) {
  return (
    <Form onSubmit={() => answer.disabled !== true && onSubmit()}>
      {children}
      <Answer {...answer} />
    </Form>
  );
}

type QuestionProps = Omit<AnswerProps, 'onCancel' | 'aside'> & { onClose: () => void; onConfirm: () => void };

/** Asks before an action that cannot be undone: its children say what is lost and what stays (principle 8). */
export function Question({ onClose, onConfirm, children, ...answer }: QuestionProps) {
  return (
    <Stack gap="md">
      {children}
      <Answer {...answer} onCancel={onClose} onAct={onConfirm} />
    </Stack>
  );
}

/** A dialog that asks one question. */
export function Confirm({ title, opened = true, ...question }: QuestionProps & Pick<DialogProps, 'title' | 'opened'>) {
  return (
    <Dialog title={title} opened={opened} onClose={question.onClose}>
      <Question {...question} />
    </Dialog>
  );
}

interface ShownOnceProps {
  notice: string;
  secret: string;
  /** What the button says that closes it. */
  kept: string;
  onClose: () => void;
  children?: ReactNode;
}

/** A secret that is shown this once, in a `Dialog` that stays. */
export function ShownOnce({ notice, secret, kept, onClose, children }: ShownOnceProps) {
  return (
    <Stack gap="md">
      <Notice colour="wait">{notice}</Notice>
      <Copyable text={secret} />
      {children}
      <Group justify="flex-end">
        <Button onClick={onClose}>{kept}</Button>
      </Group>
    </Stack>
  );
}
