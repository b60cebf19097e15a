import { Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { alertsQuery } from '../alerts/queries.ts';
import { AlertLine } from '../alerts/AlertLine.tsx';
import { billingQuery, countsQuery } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import type { View } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { Notice } from '../parts/Notice.tsx';
import { ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { DeviceSign } from '../parts/Status.tsx';
import { useWords } from '../words/words.ts';
import { Kinds } from './Kinds.tsx';
import { OverTime } from './OverTime.tsx';

/** Credits that last for fewer days need somebody (P7). */
const FEW_DAYS = 30;
const MOST_ALERTS = 5;

/** What needs attention first, then what is now, then what was. Each figure opens the list that it is the total of. */
export function OverviewPage() {
  const { t } = useWords();
  const lost = useLost();
  return (
    <div className={lost ? 'rc-stack rc-pale' : 'rc-stack'}>
      <Title order={1} size="h2">
        {t('overview.title')}
      </Title>
      <Attention />
      <Now />
      <OverTime />
      <Kinds />
    </div>
  );
}

function Line({ to, children }: { to: View; children: ReactNode }) {
  return (
    <li>
      <Link to={to}>{children}</Link>
    </li>
  );
}

/** By harm: credits, what is alerted (clones and dark schools among it), what waits for a person. */
function Attention() {
  const { t, formats } = useWords();
  const counts = useQuery(countsQuery).data;
  // Refused to those whom it does not concern (D6).
  const alerts = useInfiniteQuery({ ...alertsQuery('open'), retry: false }).data?.pages[0];
  const billing = useQuery({ ...billingQuery, retry: false }).data;
  const days = billing?.daysLeft ?? null;
  const pending = counts?.pending ?? 0;
  const open = alerts?.items ?? [];
  // Who waits has a line above.
  const shown = open.filter(({ kind }) => kind !== 'waiting').slice(0, MOST_ALERTS);
  const fewDays = days !== null && days < FEW_DAYS;
  if (counts === undefined) return null;
  if (!fewDays && open.length === 0 && pending === 0) return <Notice colour="good">{t('overview.calm')}</Notice>;
  return (
    <section className="rc-panel rc-card">
      <Title order={2} size="h4" mb={6}>
        {t('overview.attention')}
      </Title>
      <ul className="rc-commands">
        {fewDays ? <Line to={{ page: 'billing' }}>{t('overview.credits', { count: days, n: formats.number(days) })}</Line> : null}
        {pending > 0 ? (
          <Line to={devicesView({ ...noFilter, status: 'pending' })}>
            {t('overview.pending', { count: pending, n: formats.number(pending) })}
          </Line>
        ) : null}
      </ul>
      {shown.length === 0 ? null : (
        <ul className="rc-cards">
          {shown.map((alert) => (
            <AlertLine key={alert.id} alert={alert} />
          ))}
        </ul>
      )}
      {open.length > 0 ? (
        <p>
          <Link to={{ page: 'alerts' }}>
            {t('overview.alerts', { count: alerts?.open ?? 0, n: formats.number(alerts?.open ?? 0) })}
          </Link>
        </p>
      ) : null}
    </section>
  );
}

function Now() {
  const { t, formats } = useWords();
  const { data, error, refetch } = useQuery(countsQuery);
  if (data === undefined)
    return error === null ? <RowsLoading rows={2} /> : <ErrorPanel error={error} retry={() => void refetch()} />;
  const enrolled = data.all - data.pending;
  return (
    <section className="rc-panel rc-card">
      <p className="rc-headline">
        {enrolled === 0
          ? t('devices.empty')
          : t('overview.now', { online: formats.number(data.online), all: formats.number(enrolled) })}
      </p>
      <div className="rc-chips">
        {(['online', 'late', 'offline', 'never'] as const).map((status) => (
          <Link key={status} to={devicesView({ ...noFilter, status })} className="rc-chip">
            <DeviceSign state={status} />
            <b>{formats.number(data[status])}</b>
          </Link>
        ))}
      </div>
    </section>
  );
}
