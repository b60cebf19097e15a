import { CloseButton, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { deviceSorts } from '../../../protocol/api.ts';
import type { DeviceStatus } from '../../../protocol/api.ts';
import { countsQuery } from '../api/queries.ts';
import { devicesView, searches } from '../app/address.ts';
import type { DeviceFilter, DevicesView, DeviceSort } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { useLost } from '../live/Live.tsx';
import { Dropdown } from '../parts/Dropdown.tsx';
import { later } from '../parts/later.tsx';
import { deviceSigns } from '../parts/shapes.tsx';
import { Shape } from '../parts/Status.tsx';
import type { WordKey } from '../words/words.ts';
import { useWords } from '../words/words.ts';
import { narrowingWords } from './narrowing.ts';
import { MAX_PASTED, serialsOf } from './paste.ts';

const FilterMenu = later(async () => (await import('./FilterMenu.tsx')).FilterMenu);
const ViewsMenu = later(async () => (await import('./ViewsMenu.tsx')).ViewsMenu);

const chips: readonly (DeviceStatus | null)[] = [null, 'online', 'late', 'offline', 'never', 'pending'];

const sortWords: Record<DeviceSort, WordKey> = {
  label: 'sort.label',
  '-label': 'sort.labelDown',
  enrolled: 'sort.enrolled',
  '-enrolled': 'sort.enrolledDown',
  since: 'sort.since',
  '-since': 'sort.sinceDown',
  model: 'sort.model',
  '-model': 'sort.modelDown',
  firmware: 'sort.firmware',
  '-firmware': 'sort.firmwareDown',
};

export function Filters({ view, onSerials }: { view: DevicesView; onSerials: (serials: string[]) => void }) {
  const words = useWords();
  const { t } = words;
  const { go } = useAddress();
  const lost = useLost();
  const { filter } = view;
  return (
    <div className="rc-filters">
      <nav className={`rc-chips${lost ? ' rc-pale' : ''}`} aria-label={t('filter.status')}>
        {chips.map((status) => (
          <Chip key={status ?? 'all'} filter={filter} status={status} />
        ))}
      </nav>
      <div className="rc-tools">
        <Search view={view} onSerials={onSerials} />
        <Dropdown title={t('filter.title')}>{() => <FilterMenu filter={filter} />}</Dropdown>
        <Dropdown title={t('views.title')}>{(close) => <ViewsMenu close={close} />}</Dropdown>
        {(['tag', 'model', 'firmware', 'unstable', 'silent', 'enrolled'] as const)
          .filter((name) => filter[name] !== '')
          .map((name) => {
            const text = narrowingWords(words, name, filter[name]);
            return (
              <span key={name} className="rc-tag rc-tag-on" title={text}>
                <span className="rc-cut">{text}</span>
                <CloseButton
                  size="xs"
                  aria-label={t('filter.clearTag', { tag: text })}
                  onClick={() => go(devicesView({ ...filter, [name]: '' }))}
                />
              </span>
            );
          })}
        <NativeSelect
          className="rc-sort"
          aria-label={t('sort.title')}
          value={filter.sort}
          data={deviceSorts.map((sort) => ({ value: sort, label: t(sortWords[sort]) }))}
          onChange={(event) => {
            const sort = deviceSorts.find((known) => known === event.currentTarget.value);
            if (sort !== undefined) go(devicesView({ ...filter, sort }));
          }}
        />
      </div>
    </div>
  );
}

/** A status filter. Its count is the total of the list it opens (principle 5), so it is hidden while a search narrows that list. */
function Chip({ filter, status }: { filter: DeviceFilter; status: DeviceStatus | null }) {
  const { t, formats } = useWords();
  const counts = useQuery(countsQuery).data;
  const searching = searches(filter);
  const count = counts === undefined || searching ? null : counts[status ?? 'all'];
  const sign = status === null ? null : deviceSigns[status];
  return (
    <Link
      to={devicesView({ ...filter, status })}
      className="rc-chip"
      aria-current={filter.status === status ? 'true' : undefined}
    >
      {sign === null ? null : (
        <span className="rc-status" style={{ color: `var(--status-${sign.colour})` }}>
          <Shape>{sign.shape}</Shape>
        </span>
      )}
      <span>{sign === null ? t('filter.all') : t(sign.word)}</span>
      {count === null ? null : <b>{formats.number(count)}</b>}
    </Link>
  );
}

const TYPING_MS = 250;

/** The first letters typed add an entry to the browser history, later ones replace it, so Back returns to the list before the search. */
function Search({ view, onSerials }: { view: DevicesView; onSerials: (serials: string[]) => void }) {
  const { t } = useWords();
  const { go } = useAddress();
  const { q } = view.filter;
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const refining = useRef(false);
  useEffect(() => {
    if (sent.current === q) return;
    sent.current = q;
    refining.current = false;
    setText(q);
  }, [q]);
  useEffect(() => {
    const typed = text.trim();
    if (typed === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = typed;
      go(devicesView({ ...view.filter, q: typed }), { replace: refining.current });
      refining.current = true;
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, view, go]);
  return (
    <TextInput
      type="search"
      className="rc-search"
      aria-label={t('filter.search')}
      placeholder={t('filter.search')}
      maxLength={100}
      value={text}
      onPaste={(event) => {
        const serials = serialsOf(event.clipboardData.getData('text'));
        if (serials.length < 2) return;
        event.preventDefault();
        onSerials(serials.slice(0, MAX_PASTED));
      }}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        refining.current = false;
      }}
    />
  );
}
