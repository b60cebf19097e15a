import { Button, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { Device } from '../../../protocol/api.ts';
import { devicesView, narrows, noFilter } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { Changes } from '../parts/Changes.tsx';
import { useHeld } from '../parts/held.ts';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { DeviceSign, stateOf, UnstableSign } from '../parts/Status.tsx';
import { Ago, Since } from '../parts/Time.tsx';
import { Cell, VirtualTable } from '../parts/VirtualTable.tsx';
import { useWords } from '../words/words.ts';
import { CommandToAll } from './CommandToAll.tsx';
import { useDeviceList } from './device-list.ts';
import type { LiveDeviceList } from './device-list.ts';
import { EnrolSteps } from './EnrolSteps.tsx';

const WIDE_ROW_PX = 60;
const NARROW_ROW_PX = 143;
/** Tags shown in a row; the drawer shows all. */
const ROW_TAGS = 3;

export function DeviceTable({ filter }: { filter: DeviceFilter }) {
  const { held, zone } = useHeld();
  const list = useDeviceList(filter, held);
  return (
    <div {...zone}>
      <Listing filter={filter} list={list} />
    </div>
  );
}

function Listing({ filter, list }: { filter: DeviceFilter; list: LiveDeviceList }) {
  const { t } = useWords();
  const { go } = useAddress();
  if (list.error !== null) return <ErrorPanel error={list.error} retry={list.retry} />;
  if (list.loading) return <RowsLoading />;
  if (list.rows.length > 0 || list.changes > 0) return <Rows filter={filter} list={list} />;
  if (narrows(filter)) {
    return (
      <Empty title={t('devices.noMatch')}>
        <Button variant="default" onClick={() => go(devicesView({ ...noFilter, sort: filter.sort }))}>
          {t('filter.clear')}
        </Button>
      </Empty>
    );
  }
  return (
    <Empty title={t('devices.empty')}>
      <Text>{t('devices.emptyHint')}</Text>
      <EnrolSteps />
    </Empty>
  );
}

function Rows({ filter, list }: { filter: DeviceFilter; list: LiveDeviceList }) {
  const { t, formats } = useWords();
  const lost = useLost();
  const narrow = useMediaQuery('(max-width: 760px)') ?? false;
  const searching = filter.q !== '' || filter.tag !== '';
  const columns = [
    t('column.status'),
    t('column.label'),
    t('column.model'),
    t('column.tags'),
    t('column.heartbeat'),
    t('column.firmware'),
  ];
  return (
    <div className={`rc-panel${lost ? ' rc-pale' : ''}${list.refreshing ? ' rc-pale' : ''}`} aria-busy={list.refreshing}>
      {searching ? <p className="rc-found">{t('devices.found', { count: list.total, n: formats.number(list.total) })}</p> : null}
      {/* What was asked of another list is not this one's outcome. */}
      <CommandToAll key={`${filter.status} ${filter.tag} ${filter.q}`} filter={filter} total={list.total} />
      <VirtualTable
        label={t('devices.title')}
        layout="rc-devices"
        columns={columns}
        rows={list.rows}
        total={list.total}
        rowKey={(device) => device.id}
        rowClass={(device) => (device.status === 'offline' || device.status === 'never' ? 'rc-silent' : '')}
        renderCells={(device) => <DeviceCells device={device} filter={filter} removed={list.removed(device)} />}
        rowHeight={narrow ? NARROW_ROW_PX : WIDE_ROW_PX}
        more={list.more && !list.refreshing}
        fetchMore={list.fetchMore}
        strip={<Changes count={list.changes} show={list.show} />}
      />
    </div>
  );
}

function DeviceCells({ device, filter, removed }: { device: Device; filter: DeviceFilter; removed: boolean }) {
  const { t } = useWords();
  return (
    <>
      <Cell area="status">
        {removed ? <span className="rc-status rc-dim">{t('status.unenrolled')}</span> : <DeviceSign state={stateOf(device)} />}
        <UnstableSign device={device} />
        <div className="rc-dim">
          <Since at={device.statusSince} />
        </div>
      </Cell>
      <Cell area="label">
        <Link to={{ ...devicesView(filter), device: device.id }} className="rc-row-link">
          {device.label}
        </Link>
        {device.label === device.serial ? null : <div className="rc-dim rc-mono">{device.serial}</div>}
      </Cell>
      <Cell area="model">{device.model}</Cell>
      <Cell area="tags">
        <Tags tags={device.tags} filter={filter} />
      </Cell>
      <Cell area="heartbeat" name={t('column.heartbeat')}>
        <Ago at={device.lastHeartbeatAt} />
      </Cell>
      <Cell area="firmware" name={t('column.firmware')}>
        {device.firmware ?? '–'}
      </Cell>
    </>
  );
}

function Tags({ tags, filter }: { tags: readonly string[]; filter: DeviceFilter }) {
  return (
    <span className="rc-tags">
      {tags.slice(0, ROW_TAGS).map((tag) => (
        <Link key={tag} to={devicesView({ ...filter, tag })} className="rc-tag">
          {tag}
        </Link>
      ))}
      {tags.length > ROW_TAGS ? <span className="rc-dim">+{tags.length - ROW_TAGS}</span> : null}
    </span>
  );
}
