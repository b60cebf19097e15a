import type { ReactNode } from 'react';
import type { DomainStatus, DeviceStatus } from '../../../protocol/api.ts';
import type { StatusColour } from '../app/theme.ts';
import type { WordKey } from '../words/words.ts';

/** `alerted`: offline, with an open alert about it (P7). */
export type DeviceState = DeviceStatus | 'alerted' | 'key-changed';

/** Status is shown three ways, by shape, colour and word, so that no single one is required. */
export interface Sign {
  shape: ReactNode;
  colour: StatusColour;
  word: WordKey;
}

const ring = <circle cx="8" cy="8" r="5.5" />;
const diamond = <path d="M8 1.8 14.2 8 8 14.2 1.8 8z" />;

export const deviceSigns: Record<DeviceState, Sign> = {
  online: { shape: <circle cx="8" cy="8" r="5.5" fill="currentColor" />, colour: 'good', word: 'status.online' },
  late: {
    shape: (
      <>
        {ring}
        <path d="M8 2.5a5.5 5.5 0 0 0 0 11z" fill="currentColor" stroke="none" />
      </>
    ),
    colour: 'warn',
    word: 'status.late',
  },
  offline: { shape: ring, colour: 'off', word: 'status.offline' },
  alerted: { shape: <path d="M8 2 14.5 13.5h-13z" />, colour: 'bad', word: 'status.offline' },
  never: { shape: <circle cx="8" cy="8" r="5.5" strokeDasharray="2.2 2.2" />, colour: 'off', word: 'status.never' },
  pending: { shape: diamond, colour: 'wait', word: 'status.pending' },
  'key-changed': {
    shape: (
      <>
        {diamond}
        <path d="M8 5.2 10.8 8 8 10.8 5.2 8z" fill="currentColor" stroke="none" />
      </>
    ),
    colour: 'doubt',
    word: 'status.keyChanged',
  },
};

/** P2: shown beside the status of an unstable device. */
export const unstableSign: Sign = {
  shape: <path d="M1.5 6c2-2.4 4.3-2.4 6.5 0s4.5 2.4 6.5 0M1.5 11c2-2.4 4.3-2.4 6.5 0s4.5 2.4 6.5 0" />,
  colour: 'warn',
  word: 'status.unstable',
};

/** A device's status when the link was lost. */
export const wasWords: Record<DeviceState, WordKey> = {
  online: 'was.online',
  late: 'was.late',
  offline: 'was.offline',
  alerted: 'was.offline',
  never: 'was.never',
  pending: 'was.pending',
  'key-changed': 'was.keyChanged',
};

export const domainSigns: Record<DomainStatus, Sign> = {
  unconfirmed: { shape: <path d="M2 4h12v8H2zM2 4l6 5 6-5" />, colour: 'off', word: 'domain.unconfirmed' },
  trial: {
    shape: (
      <>
        {ring}
        <path d="M8 8V2.5A5.5 5.5 0 0 1 13.5 8z" fill="currentColor" stroke="none" />
      </>
    ),
    colour: 'wait',
    word: 'domain.trial',
  },
  active: { shape: <path d="m2.5 8.5 3.8 3.8 7.2-8.3" strokeWidth="2.2" />, colour: 'good', word: 'domain.active' },
  disabled: { shape: <path d="M5.5 3v10M10.5 3v10" strokeWidth="2.6" />, colour: 'bad', word: 'domain.disabled' },
  closed: { shape: <path d="m3.5 3.5 9 9m0-9-9 9" strokeWidth="2.2" />, colour: 'off', word: 'domain.closed' },
};
