import { Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { kinds, type KindList } from '../../../protocol/api-overview.ts';
import { read } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

const AGAIN_MS = 30_000;

/** Number of displays of each model and firmware; each number is the total of the list it opens. */
export function Kinds() {
  const { t } = useWords();
  const query = useQuery({
    // Read again together with the counts by status.
    queryKey: [...keys.counts, 'kinds'],
    queryFn: ({ signal }) => read('/overview/kinds', kinds, signal),
    refetchInterval: AGAIN_MS,
  });
  const { data } = query;
  if (data === undefined) return <Unread query={query} rows={3} />;
  if (data.models.items.length === 0) return null;
  return (
    <div className="rc-kinds">
      <KindPanel title={t('overview.byModel')} by="model" list={data.models} />
      <KindPanel title={t('overview.byFirmware')} by="firmware" list={data.firmwares} />
    </div>
  );
}

function KindPanel({ title, by, list }: { title: string; by: 'model' | 'firmware'; list: KindList }) {
  const { t, formats } = useWords();
  const { items, others } = list;
  const all = items.reduce((sum, { devices }) => sum + devices, others.devices);
  return (
    <section className="rc-panel rc-card">
      <Title order={2} size="h4" mb={6}>
        {title}
      </Title>
      <ul className="rc-commands">
        {items.map(({ value, devices, online }) => {
          const filter = { ...noFilter, [by]: value ?? '' };
          const there = t('overview.online', { n: formats.number(online) });
          return (
            <li key={value} style={{ backgroundSize: `${(100 * devices) / all}% 2px` }} className="rc-kind">
              <span className="rc-wrap">
                {value === null ? t('overview.unsaid') : <Link to={devicesView(filter)}>{value}</Link>}
              </span>
              <span>
                <b>{formats.number(devices)}</b>
                {' · '}
                {value === null || online === 0 ? there : <Link to={devicesView({ ...filter, status: 'online' })}>{there}</Link>}
              </span>
            </li>
          );
        })}
        {others.kinds > 0 ? (
          <li>
            <span>{t('overview.others', { count: others.kinds, n: formats.number(others.kinds) })}</span>
            <span>
              <b>{formats.number(others.devices)}</b>
            </span>
          </li>
        ) : null}
      </ul>
    </section>
  );
}
