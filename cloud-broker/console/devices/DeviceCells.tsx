import { Checkbox } from '@mantine/core';
import type { Device } from '../../../protocol/api.ts';
import { devicesView } from '../app/address.ts';
import type { ChosenColumn, DeviceFilter } from '../app/address.ts';
import { Link } from '../app/Address.tsx';
import { later } from '../parts/later.tsx';
import { DeviceSign, stateOf, UnstableSign } from '../parts/Status.tsx';
import { Ago, Since } from '../parts/Time.tsx';
import { Cell } from '../parts/VirtualTable.tsx';
import { useWords } from '../words/words.ts';
import { columnWords } from './columns.ts';
import { healthFacts } from '../device/device-facts.ts';
import type { Selection } from './selection.ts';

const EditRow = later(async () => (await import('./EditRow.tsx')).EditRow);

/** Tags shown in a row; the drawer shows all of them. */
const ROW_TAGS = 3;

interface Props {
  device: Device;
  filter: DeviceFilter;
  removed: boolean;
  selection: Selection;
  columns: readonly ChosenColumn[];
  editing: boolean;
  onEdited: () => void;
}

export function DeviceCells({ device, filter, removed, selection, columns, editing, onEdited }: Props) {
  const { t } = useWords();
  return (
    <>
      <Pick device={device} selection={selection} />
      <Cell area="status">
        {removed ? <span className="rc-status rc-dim">{t('status.unenrolled')}</span> : <DeviceSign state={stateOf(device)} />}{' '}
        <UnstableSign device={device} />
        <div className="rc-dim">
          <Since at={device.statusSince} />
        </div>
      </Cell>
      <Cell area="label">
        {editing ? (
          <EditRow device={device} onClose={onEdited} />
        ) : (
          <Link to={{ ...devicesView(filter), device: device.id }} className="rc-row-link">
            {device.label}
          </Link>
        )}
        {device.label === device.serial ? null : <div className="rc-dim rc-mono">{device.serial}</div>}
      </Cell>
      <Cell area="model">
        <Link to={devicesView({ ...filter, model: device.model })} className="rc-value">
          {device.model}
        </Link>
      </Cell>
      <Cell area="tags">
        <Tags tags={device.tags} filter={filter} />
      </Cell>
      <Cell area="heartbeat" name={t('column.heartbeat')}>
        <Ago at={device.lastHeartbeatAt} />
      </Cell>
      <Cell area="firmware" name={t('column.firmware')}>
        {device.firmware === null ? (
          '–'
        ) : (
          <Link to={devicesView({ ...filter, firmware: device.firmware })} className="rc-value">
            {device.firmware}
          </Link>
        )}
      </Cell>
      {columns.map((column) => (
        <Cell key={column} area="chosen" name={t(columnWords[column])}>
          <Chosen device={device} column={column} />
        </Cell>
      ))}
    </>
  );
}

function Pick({ device, selection }: Pick<Props, 'device' | 'selection'>) {
  const { t } = useWords();
  return (
    <Cell area="pick">
      <Checkbox
        size="xs"
        aria-label={t('select.row', { label: device.label })}
        checked={selection.ids.has(device.id)}
        // A change event does not report modifier keys; a click does, even one made by the keyboard.
        onClick={(event) => selection.toggle(device.id, event.shiftKey)}
        onChange={() => undefined}
      />
    </Cell>
  );
}

function Chosen({ device, column }: { device: Device; column: ChosenColumn }) {
  const { t, formats } = useWords();
  if (column === 'serialSource') return device.serialSource;
  if (column === 'enrolled') return device.enrolledAt === null ? '–' : <Ago at={device.enrolledAt} />;
  if (column === 'credits') return device.credits === null ? '–' : formats.number(device.credits.granted);
  if (column === 'os') return `${device.os} ${device.arch}`;
  if (column === 'agent') return device.agentVersion;
  const facts = healthFacts(t, formats, device);
  return facts.length === 0 ? '–' : facts.map(([name, value]) => `${name} ${value}`).join(' · ');
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
