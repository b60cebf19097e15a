import { useState } from 'react';
import type { EnrolmentEvent } from '../../../protocol/api.ts';
import { deviceAlone } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useLive } from '../live/Live.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { RefusedLine } from '../waiting/RefusedLine.tsx';

/** Every enrolment attempt since the page was opened, as it happens (E11), newest first. */
export function useTriesSince(): EnrolmentEvent[] {
  const tries = useLive((state) => state.tries);
  const [before] = useState(() => new Set(tries.map(({ correlationId }) => correlationId)));
  return tries.filter(({ correlationId }) => !before.has(correlationId));
}

export function Tries({ since }: { since: readonly EnrolmentEvent[] }) {
  const { t } = useWords();
  if (since.length === 0) return <p className="rc-dim">{t('enrol.appears')}</p>;
  return (
    <ol className="rc-commands">
      {since.map((made) => (
        <li key={made.correlationId}>
          <Try made={made} />
          <span className="rc-dim">
            <Ago at={made.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Try({ made }: { made: EnrolmentEvent }) {
  const { t, formats } = useWords();
  const { outcome, serial, model, deviceId, granted } = made;
  if (outcome === 'rejected') return <RefusedLine made={made} />;
  const name = deviceId === null ? serial : <Link to={deviceAlone(deviceId)}>{serial}</Link>;
  return (
    <span>
      <strong>{name}</strong> {model} ·{' '}
      {outcome === 'pending' ? t('status.pending') : t('enrol.enrolled', { count: granted, n: formats.signed(granted) })}
    </span>
  );
}
