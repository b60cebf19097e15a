import { Menu, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/words.ts';
import { Shape } from './Status.tsx';

interface PersonMenuProps {
  /** The name that they signed in with. */
  user: string;
  /** How they are called in the menu. */
  label: ReactNode;
  width: number;
  onSignOut: () => void;
  /** What stands above *Sign out*. */
  children?: ReactNode;
}

/** Who is signed in, in a header, and the way out. */
export function PersonMenu({ user, label, width, onSignOut, children }: PersonMenuProps) {
  const { t } = useWords();
  return (
    <Menu position="bottom-end" width={width}>
      <Menu.Target>
        <UnstyledButton className="rc-user" aria-label={t('header.user', { user })} title={user}>
          <Shape>
            <circle cx="8" cy="5.2" r="2.9" />
            <path d="M2.6 14c.5-3.2 2.6-4.8 5.4-4.8s4.9 1.6 5.4 4.8" />
          </Shape>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="rc-wrap">{label}</Menu.Label>
        {children}
        <Menu.Item onClick={onSignOut}>{t('session.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
