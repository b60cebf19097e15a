import type { ReactNode } from 'react';
import type { Device, DomainStatus } from '../../../protocol/api.ts';
import { useLost } from '../live/Live.tsx';
import { useWords } from '../words/words.ts';
import { deviceSigns, domainSigns, unstableSign, wasWords } from './shapes.tsx';
import type { DeviceState, Sign } from './shapes.tsx';

export function Shape({ children }: { children: ReactNode }) {
  return (
    <svg
      className="rc-shape"
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
    >
      {children}
    </svg>
  );
}

/** A sign with its label. */
export function Signed({ sign, word }: { sign: Sign; word: string }) {
  return (
    <span className="rc-status" style={{ color: `var(--status-${sign.colour})` }}>
      <Shape>{sign.shape}</Shape>
      <span>{word}</span>
    </span>
  );
}

export function stateOf({ pending, status, alerted }: Device): DeviceState {
  if (pending?.code === 'key-changed') return 'key-changed';
  return status === 'offline' && alerted ? 'alerted' : status;
}

/** A device's status; in the past tense while the link is lost, as it is only the last known one (principle 2). */
export function DeviceSign({ state }: { state: DeviceState }) {
  const { t } = useWords();
  const lost = useLost();
  const sign = deviceSigns[state];
  return <Signed sign={lost ? { ...sign, colour: 'off' } : sign} word={t(lost ? wasWords[state] : sign.word)} />;
}

/** P2: shown beside the status of an unstable device. */
export function UnstableSign({ device }: { device: Pick<Device, 'flapping'> }) {
  const { t } = useWords();
  if (!device.flapping) return null;
  return <Signed sign={unstableSign} word={t(unstableSign.word)} />;
}

export function DomainSign({ status }: { status: DomainStatus }) {
  const { t } = useWords();
  return <Signed sign={domainSigns[status]} word={t(domainSigns[status].word)} />;
}
