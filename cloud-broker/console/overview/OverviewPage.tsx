import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { countsQuery } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Empty, Unread } from '../parts/panels.tsx';
import { DeviceSign } from '../parts/Status.tsx';
import { useWords } from '../words/words.ts';
import { AttentionPanel } from './Attention.tsx';
import { Kinds } from './Kinds.tsx';
import { OverTime } from './OverTime.tsx';

/** First what needs attention, then the present, then the past. Each figure is the total of the list it opens. */
export function OverviewPage() {
  const { t } = useWords();
  const lost = useLost();
  return (
    <div className={lost ? 'rc-stack rc-pale' : 'rc-stack'}>
      <PageHead title={t('overview.title')} />
      <AttentionPanel />
      <Now />
      <OverTime />
      <Kinds />
    </div>
  );
}

function Now() {
  const { t, formats } = useWords();
  const { go } = useAddress();
  const query = useQuery(countsQuery);
  const { data } = query;
  if (data === undefined) return <Unread query={query} rows={2} />;
  const enrolled = data.all - data.pending;
  if (data.all === 0)
    return (
      <Empty title={t('devices.empty')}>
        <Text>{t('devices.emptyHint')}</Text>
        <Button onClick={() => go({ page: 'enrol' })}>{t('enrol.open')}</Button>
      </Empty>
    );
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
