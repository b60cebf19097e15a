import { Button, Title } from '@mantine/core';
import type { Device } from '../../../protocol/api.ts';
import { devicesView, noFilter } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { DeviceSign, stateOf } from '../parts/Status.tsx';
import { later } from '../parts/later.tsx';
import { useWords } from '../words/words.ts';
import { useDeviceList } from '../fleet/device-list.ts';
import type { LiveDeviceList } from '../fleet/device-list.ts';
import { useInteractionLock } from '../parts/held.ts';
import { WaitingCard } from './WaitingCard.tsx';

const KeyChanged = later(async () => (await import('./KeyChanged.tsx')).KeyChanged);

const waitingOnly: DeviceFilter = { ...noFilter, status: 'pending' };
/** Maximum cards above the list; more would push it out of view. */
const ON_TOP = 3;

/** Displays waiting for a person. Without a filter: the first few, above the list; with one: every match. */
export function Waiting({ filter }: { filter?: DeviceFilter }) {
  const { held, zone } = useInteractionLock();
  const list = useDeviceList(filter ?? waitingOnly, held);
  return <div {...zone}>{filter === undefined ? <OnTop list={list} /> : <All list={list} filter={filter} />}</div>;
}

function OnTop({ list }: { list: LiveDeviceList }) {
  const { t, formats } = useWords();
  // The list below shows why it cannot be read; once is enough.
  if (list.error !== null || list.rows.length === 0) return null;
  return (
    <section className="rc-panel rc-waiting" aria-label={t('waiting.title')}>
      <div>
        <Title order={2} size="h4">
          {t('waiting.heading', { count: list.total, n: formats.number(list.total) })}
        </Title>
        <p className="rc-dim">{t('waiting.compare')}</p>
      </div>
      <Cards list={list} rows={list.rows.slice(0, ON_TOP)} />
      {list.total > ON_TOP ? (
        <Link to={devicesView(waitingOnly)} className="rc-more">
          {t('waiting.all', { n: formats.number(list.total) })}
        </Link>
      ) : null}
    </section>
  );
}

function All({ list, filter }: { list: LiveDeviceList; filter: DeviceFilter }) {
  const { t } = useWords();
  const { go } = useAddress();
  if (list.error !== null) return <ErrorPanel error={list.error} retry={list.retry} />;
  if (list.loading) return <RowsLoading rows={3} />;
  if (list.rows.length === 0) {
    return (
      <Empty title={filter.q === '' && filter.tag === '' ? t('waiting.none') : t('devices.noMatch')}>
        <Button variant="default" onClick={() => go(devicesView())}>
          {t('filter.clear')}
        </Button>
      </Empty>
    );
  }
  return (
    <section className="rc-panel rc-waiting" aria-label={t('waiting.title')}>
      <p className="rc-dim">{t('waiting.compare')}</p>
      <Cards list={list} rows={list.rows} />
      {list.more ? (
        <Button variant="default" onClick={list.fetchMore}>
          {t('rows.more')}
        </Button>
      ) : null}
    </section>
  );
}

function Cards({ list, rows }: { list: LiveDeviceList; rows: readonly Device[] }) {
  const lost = useLost();
  return (
    <ul className={`rc-cards${lost ? ' rc-pale' : ''}`}>
      {rows.map((device) => (
        <li key={device.id}>
          <Card device={device} gone={list.removed(device)} />
        </li>
      ))}
    </ul>
  );
}

/** A decided device keeps its place and shows its outcome while the pointer is still there. */
function Card({ device, gone }: { device: Device; gone: boolean }) {
  const { t } = useWords();
  if (gone) {
    return (
      <p className="rc-decided" data-landing tabIndex={-1}>
        <b>{device.serial}</b> <span className="rc-dim">{t('waiting.gone')}</span>
      </p>
    );
  }
  if (device.pending === null) {
    return (
      <p className="rc-decided" data-landing tabIndex={-1}>
        <b>{device.label}</b> <span>{t('waiting.approved')}</span> <DeviceSign state={stateOf(device)} />
      </p>
    );
  }
  const { competesWith } = device.pending;
  if (competesWith !== null) return <KeyChanged device={device} pending={device.pending} competesWith={competesWith} />;
  return <WaitingCard device={device} pending={device.pending} />;
}
