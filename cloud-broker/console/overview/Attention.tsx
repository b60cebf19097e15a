import { Title } from '@mantine/core';
import { queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Alert, AlertKind, AlertsPage } from '../../../protocol/api-alerts.ts';
import { attention, LONG_SILENT } from '../../../protocol/api-overview.ts';
import type { Groups } from '../../../protocol/api-overview.ts';
import { AlertLine } from '../alerts/AlertLine.tsx';
import { alertsQuery } from '../alerts/queries.ts';
import { read } from '../api/client.ts';
import { hasCode } from '../api/failure.ts';
import { billingQuery, countsQuery, keys } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import type { DeviceFilter, View } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Notice } from '../parts/Notice.tsx';
import { RowsLoading, Unread } from '../parts/panels.tsx';
import { deviceSigns, domainSigns, unstableSign } from '../parts/shapes.tsx';
import type { Sign } from '../parts/shapes.tsx';
import { Shape } from '../parts/Status.tsx';
import { useWords } from '../words/words.ts';

/** Credits that last for fewer days need attention (P7). */
const FEW_DAYS = 30;
const MAX_ALERTS = 5;
const AGAIN_MS = 30_000;

const clones = new Set<AlertKind>(['key-changed', 'take-overs']);
/** Kinds with lines of their own, which cover every case. */
const counted = new Set<AlertKind>(['waiting', 'credits']);

const groupsQuery = queryOptions({
  // Read again together with the counts by status.
  queryKey: [...keys.counts, 'attention'],
  queryFn: ({ signal }) => read('/overview/attention', attention, signal),
  refetchInterval: AGAIN_MS,
});

/** What needs attention; null until everything is known, with the reason: unread data must not look calm. */
function useAttention() {
  const counts = useQuery(countsQuery);
  const groups = useQuery(groupsQuery);
  const alerts = useInfiniteQuery({ ...alertsQuery('open'), retry: false });
  const billing = useQuery({ ...billingQuery, retry: false });
  const all = [counts, groups, alerts, billing];
  // Users without access to alerts or Billing get a refusal (D6).
  const failed = all.find(({ error, data }) => error !== null && data === undefined && !hasCode(error, 'forbidden'));
  const isKnown = failed === undefined && all.every(({ isPending }) => !isPending);
  const found =
    isKnown && counts.data !== undefined && groups.data !== undefined
      ? attentionOf(counts.data.pending, groups.data, alerts.data?.pages[0], billing.data?.daysLeft ?? null)
      : null;
  return { found, failed };
}

function attentionOf(pending: number, groups: Groups, alerts: AlertsPage | undefined, days: number | null) {
  const open = alerts?.items ?? [];
  const dark = new Set(groups.dark.map(({ tag }) => tag));
  const others = open.filter(({ kind, tag }) => !clones.has(kind) && !counted.has(kind) && !(tag !== null && dark.has(tag)));
  const told = new Set(open.flatMap(({ kind, tag }) => (kind === 'lost' && tag !== null ? [tag] : [])));
  return {
    ...groups,
    told,
    days: days !== null && days < FEW_DAYS ? days : null,
    pending,
    clones: open.filter(({ kind }) => clones.has(kind)).slice(0, MAX_ALERTS),
    others: others.slice(0, MAX_ALERTS),
    alerts: alerts?.open ?? 0,
  };
}

type Attention = ReturnType<typeof attentionOf>;

const isCalm = ({ days, pending, alerts, dark, silent, unstable }: Attention): boolean =>
  days === null && pending + alerts + dark.length + silent + unstable === 0;

/** Sorted by harm: credits, clones, displays waiting for a person, dark groups, long silent, unstable. Each line opens its list. */
export function AttentionPanel() {
  const { t, formats } = useWords();
  const { found, failed } = useAttention();
  if (failed !== undefined) return <Unread query={failed} />;
  if (found === null) return <RowsLoading rows={2} />;
  if (isCalm(found)) return <Notice colour="good">{t('overview.calm')}</Notice>;
  const { days, pending, dark, told, silent, unstable } = found;
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
          <Line key={tag} to={listOf({ tag, status: 'offline' })} sign={deviceSigns[told.has(tag) ? 'alerted' : 'offline']}>
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
