import { Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Alert, AlertKind } from '../../../protocol/api-alerts.ts';
import { attention, LONG_SILENT } from '../../../protocol/api-overview.ts';
import { AlertLine } from '../alerts/AlertLine.tsx';
import { alertsQuery } from '../alerts/queries.ts';
import { read } from '../api/client.ts';
import { billingQuery, countsQuery, keys } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import type { DeviceFilter, View } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Notice } from '../parts/Notice.tsx';
import { deviceSigns, domainSigns, unstableSign } from '../parts/shapes.tsx';
import type { Sign } from '../parts/shapes.tsx';
import { Shape } from '../parts/Status.tsx';
import { useWords } from '../words/words.ts';

/** Credits that last for fewer days need somebody (P7). */
const FEW_DAYS = 30;
const MOST_ALERTS = 5;
const AGAIN_MS = 30_000;

const clones = new Set<AlertKind>(['key-changed', 'take-overs']);
/** These have lines of their own, of everything that is so. */
const counted = new Set<AlertKind>(['waiting', 'credits']);

function useAttention() {
  const counts = useQuery(countsQuery).data;
  // Refused to those whom it does not concern (D6).
  const alerts = useInfiniteQuery({ ...alertsQuery('open'), retry: false }).data?.pages[0];
  const days = useQuery({ ...billingQuery, retry: false }).data?.daysLeft ?? null;
  const groups = useQuery({
    // Read again with the counts by status.
    queryKey: [...keys.counts, 'attention'],
    queryFn: ({ signal }) => read('/overview/attention', attention, signal),
    refetchInterval: AGAIN_MS,
  }).data;
  if (counts === undefined || groups === undefined) return null;
  const open = alerts?.items ?? [];
  const dark = new Set(groups.dark.map(({ tag }) => tag));
  const others = open.filter(({ kind, tag }) => !clones.has(kind) && !counted.has(kind) && !(tag !== null && dark.has(tag)));
  const alerted = new Set(open.flatMap(({ kind, tag }) => (kind === 'lost' && tag !== null ? [tag] : [])));
  return {
    ...groups,
    alerted,
    days: days !== null && days < FEW_DAYS ? days : null,
    pending: counts.pending,
    clones: open.filter(({ kind }) => clones.has(kind)).slice(0, MOST_ALERTS),
    others: others.slice(0, MOST_ALERTS),
    alerts: alerts?.open ?? 0,
  };
}

type Attention = NonNullable<ReturnType<typeof useAttention>>;

const isCalm = ({ days, pending, alerts, dark, silent, unstable }: Attention): boolean =>
  days === null && pending + alerts + dark.length + silent + unstable === 0;

/** By harm: credits, clones, who waits for a person, dark groups, who is silent for long, who comes and goes. Each line opens its list. */
export function AttentionPanel() {
  const { t, formats } = useWords();
  const found = useAttention();
  if (found === null) return null;
  if (isCalm(found)) return <Notice colour="good">{t('overview.calm')}</Notice>;
  const { days, pending, dark, alerted, silent, unstable } = found;
  const says = (count: number) => ({ count, n: formats.number(count) });
  return (
    <section className="rc-panel rc-card">
      <Title order={2} size="h4" mb={6}>
        {t('overview.attention')}
      </Title>
      <ul className="rc-attention">
        {days === null ? null : (
          <Line to={{ page: 'billing' }} sign={domainSigns.disabled}>
            {t('overview.credits', says(days))}
          </Line>
        )}
        <AlertLines alerts={found.clones} />
        {pending === 0 ? null : (
          <Line to={listOf({ status: 'pending' })} sign={deviceSigns.pending}>
            {t('overview.pending', says(pending))}
          </Line>
        )}
        {dark.map(({ tag, offline }) => (
          <Line key={tag} to={listOf({ tag, status: 'offline' })} sign={deviceSigns[alerted.has(tag) ? 'alerted' : 'offline']}>
            {t('overview.dark', { tag, n: formats.number(offline) })}
          </Line>
        ))}
        <AlertLines alerts={found.others} />
        {silent === 0 ? null : (
          <Line to={listOf({ silent: LONG_SILENT })} sign={deviceSigns.offline}>
            {t('overview.silent', says(silent))}
          </Line>
        )}
        {unstable === 0 ? null : (
          <Line to={listOf({ unstable: 'true' })} sign={unstableSign}>
            {t('overview.unstable', says(unstable))}
          </Line>
        )}
      </ul>
      {found.alerts === 0 ? null : <Link to={{ page: 'alerts' }}>{t('overview.alerts', says(found.alerts))}</Link>}
    </section>
  );
}

const listOf = (filter: Partial<DeviceFilter>): View => devicesView({ ...noFilter, ...filter });

function Line({ to, sign, children }: { to: View; sign: Sign; children: ReactNode }) {
  return (
    <li>
      <span className="rc-alert-line">
        <span className="rc-status" style={{ color: `var(--status-${sign.colour})` }}>
          <Shape>{sign.shape}</Shape>
        </span>
        <Link to={to}>{children}</Link>
      </span>
    </li>
  );
}

const AlertLines = ({ alerts }: { alerts: readonly Alert[] }) =>
  alerts.map((alert) => <AlertLine key={alert.id} alert={alert} />);
