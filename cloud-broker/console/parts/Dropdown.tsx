import { Button, Popover } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  className?: string;
  size?: string;
  position?: 'bottom-start' | 'bottom-end';
  /** The dropdown's content, created when it is first opened. */
  children: (close: () => void) => ReactNode;
}

/** A button that opens a dropdown below it. */
export function Dropdown({ title, className = '', size = 'sm', position = 'bottom-start', children }: Props) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position={position} withinPortal trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" size={size} className={className} onClick={() => setOpened((now) => !now)}>
          {title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{opened ? children(() => setOpened(false)) : null}</Popover.Dropdown>
    </Popover>
  );
}
