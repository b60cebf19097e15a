import type { ReactNode } from 'react';
import type { StatusColour } from '../app/theme.ts';

/** A notice about the whole page that stays until its cause is gone. */
export function Notice({ colour, children }: { colour: StatusColour; children: ReactNode }) {
  return (
    <div className="rc-notice" role="status" style={{ borderLeftColor: `var(--status-${colour})` }}>
      {children}
    </div>
  );
}
