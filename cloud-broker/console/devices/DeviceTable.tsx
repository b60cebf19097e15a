import { Anchor, Button, Checkbox, Text } from '@mantine/core';
import { useState } from 'react';
import type { CSSProperties, KeyboardEvent } from 'react';
import type { Device } from '../../../protocol/api.ts';
import { devicesView, filterQuery, narrows, noFilter, searches } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useAllowed } from '../session/Session.tsx';
import { useLost } from '../live/Live.tsx';
import { Changes } from '../parts/Changes.tsx';
import { useInteractionLock } from '../parts/held.ts';
import { later } from '../parts/later.tsx';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { VirtualTable } from '../parts/VirtualTable.tsx';
import type { Column } from '../parts/VirtualTable.tsx';
import { useWords } from '../words/words.ts';
import { columnWidths, columnWords, useColumns } from './columns.ts';
import { ColumnsMenu } from './ColumnsMenu.tsx';
import { CommandToAll } from './CommandToAll.tsx';
import { DeviceCells } from './DeviceCells.tsx';
import { useDeviceList } from '../fleet/device-list.ts';
import type { LiveDeviceList } from '../fleet/device-list.ts';
import { EnrolSteps } from './EnrolSteps.tsx';
import { useSelection } from './selection.ts';
import type { Selection } from './selection.ts';

const BulkBar = later(async () => (await import('./BulkBar.tsx')).BulkBar);

const ROW_PX = { wide: 60, narrow: 143 };

/** Identifies the set of devices that a filter shows, whatever their order. */
const listOf = (filter: DeviceFilter): string => JSON.stringify({ ...filter, sort: null });

/** The list of a filter. While somebody is busy in it, including with a selection or an edit, its rows do not move (principle 1). */
export function DeviceTable({ filter }: { filter: DeviceFilter }) {
  const { held, zone } = useInteractionLock();
  const selected = useSelection(listOf(filter));
  const [editing, setEditing] = useState<string | null>(null);
  const list = useDeviceList(filter, held || selected.ids.size > 0 || editing !== null);
  const selection = selected.of(list.rows);
  return (
    <div {...zone}>
      <Listing filter={filter} list={list} selection={selection} editing={editing} edit={setEditing} />
    </div>
  );
}

interface Props {
  filter: DeviceFilter;
  list: LiveDeviceList;
  selection: Selection;
  /** The device whose label and tags are being edited in its row. */
  editing: string | null;
  edit: (id: string | null) => void;
}

function Listing(props: Props) {
  const { t } = useWords();
  const { go } = useAddress();
  const { filter, list } = props;
  if (list.error !== null) return <ErrorPanel error={list.error} retry={list.retry} />;
  if (list.loading) return <RowsLoading />;
  if (list.rows.length > 0 || list.changes > 0) return <Rows {...props} />;
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

/** Space selects a row, F2 edits it, Escape clears the selection. */
function useRowKeys({ selection, edit }: Pick<Props, 'selection' | 'edit'>): (device: Device, event: KeyboardEvent) => boolean {
  const { change } = useAllowed();
  return (device, { key, shiftKey, target }) => {
    if (key === 'Escape' && selection.ids.size > 0) selection.clear();
    else if (key === ' ' && target instanceof HTMLAnchorElement) selection.toggle(device.id, shiftKey);
    else if (key === 'F2' && change) edit(device.id);
    else return false;
    return true;
  };
}

function AllShown({ list, selection }: Pick<Props, 'list' | 'selection'>) {
  const { t } = useWords();
  const { size } = selection.ids;
  const all = size > 0 && list.rows.every(({ id }) => selection.ids.has(id));
  return (
    <Checkbox
      size="xs"
      aria-label={t('select.all')}
      checked={all}
      indeterminate={size > 0 && !all}
      onChange={() => (all ? selection.clear() : selection.all())}
    />
  );
}

/** Exports the list: as a command for programs, as a table for people. */
function TakeAway({ query }: { query: string }) {
  const { t } = useWords();
  return (
    <span className="rc-take">
      <CopyCurl path={`/devices?${query}`} />
      <Anchor size="sm" href={`/api/v1/devices.csv?${query}`} download>
        {t('history.csv')}
      </Anchor>
    </span>
  );
}

function Rows(props: Props) {
  const { filter, list, selection, editing, edit } = props;
  const { t, formats } = useWords();
  const lost = useLost();
  const [chosen, choose] = useColumns();
  const onRowKey = useRowKeys(props);
  const searching = searches(filter);
  const columns: Column[] = [
    { name: t('select.column'), head: <AllShown list={list} selection={selection} /> },
    t('column.status'),
    t('column.label'),
    t('column.model'),
    t('column.tags'),
    t('column.heartbeat'),
    t('column.firmware'),
    ...chosen.map((column) => t(columnWords[column])),
  ];
  const widths: CSSProperties & Record<'--chosen', string> = {
    '--chosen': chosen.map((column) => columnWidths[column]).join(' '),
  };
  return (
    <div className={`rc-panel rc-devices-panel${lost || list.refreshing ? ' rc-pale' : ''}`} aria-busy={list.refreshing}>
      {searching ? <p className="rc-found">{t('devices.found', { count: list.total, n: formats.number(list.total) })}</p> : null}
      <div className="rc-bar">
        {selection.ids.size > 0 ? (
          <BulkBar selection={selection} />
        ) : filter.serials === undefined ? (
          // Keyed by list, so that the outcome for another list is not shown here.
          <CommandToAll key={listOf(filter)} filter={filter} total={list.total} />
        ) : null}
        {filter.serials === undefined ? <TakeAway query={filterQuery(filter).toString()} /> : null}
        <ColumnsMenu columns={chosen} choose={choose} />
      </div>
      <VirtualTable
        label={t('devices.title')}
        layout="rc-devices"
        style={widths}
        columns={columns}
        rows={list.rows}
        total={list.total}
        rowKey={(device) => device.id}
        rowClass={(device) =>
          `${device.status === 'offline' || device.status === 'never' ? 'rc-silent' : ''}${selection.ids.has(device.id) ? ' rc-picked' : ''}`
        }
        renderCells={(device) => (
          <DeviceCells
            device={device}
            filter={filter}
            removed={list.removed(device)}
            selection={selection}
            columns={chosen}
            editing={editing === device.id}
            onEdited={() => edit(null)}
          />
        )}
        onRowKey={onRowKey}
        rowHeight={ROW_PX}
        more={list.more && !list.refreshing}
        fetchMore={list.fetchMore}
        strip={<Changes count={list.changes} show={list.show} />}
      />
    </div>
  );
}
