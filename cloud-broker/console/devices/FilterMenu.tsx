import { Button, Checkbox, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { kinds } from '../../../protocol/api-overview.ts';
import type { KindList } from '../../../protocol/api-overview.ts';
import { read } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { devicesView, noFilter } from '../app/address.ts';
import type { DeviceFilter } from '../app/address.ts';
import { useAddress } from '../app/Address.tsx';
import { useWords } from '../words/words.ts';
import { narrowingWords } from './narrowing.ts';

/** Tags, models and firmwares offered; others are reached by clicking them in the list. */
const MOST = 200;
const AGES = {
  silent: ['within-1h', 'within-24h', 'within-7d', 'before-1h', 'before-24h', 'before-7d', 'before-30d'],
  enrolled: ['within-1h', 'within-24h', 'within-7d', 'within-30d', 'before-30d', 'before-365d'],
} as const;

interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

interface ChoiceProps {
  name: 'tag' | 'model' | 'firmware' | 'silent' | 'enrolled';
  title: string;
  filter: DeviceFilter;
  options: readonly Option[];
}

function Choice({ name, title, filter, options }: ChoiceProps) {
  const words = useWords();
  const { go } = useAddress();
  const value = filter[name];
  const known = value === '' || options.some((option) => option.value === value);
  return (
    <NativeSelect
      label={title}
      value={value}
      data={[
        { value: '', label: words.t('filter.any') },
        ...(known ? [] : [{ value, label: narrowingWords(words, name, value) }]),
        ...options,
      ]}
      onChange={(event) => go(devicesView({ ...filter, [name]: event.currentTarget.value }))}
    />
  );
}

/** Filters for the list beside status and search. Each choice appears in the address at once. */
export function FilterMenu({ filter }: { filter: DeviceFilter }) {
  const words = useWords();
  const { t, formats } = words;
  const { go } = useAddress();
  const { data } = useQuery({
    queryKey: [...keys.counts, 'menus'],
    queryFn: ({ signal }) => read(`/overview/kinds?most=${MOST}`, kinds, signal),
  });
  const counted = (list: KindList | undefined): Option[] => {
    const items = (list?.items ?? []).flatMap(({ value, devices }) =>
      value === null ? [] : [{ value, label: `${value} (${formats.number(devices)})` }],
    );
    const left = list?.others.kinds ?? 0;
    return left === 0
      ? items
      : [...items, { value: ' ', label: t('filter.others', { count: left, n: formats.number(left) }), disabled: true }];
  };
  const ages = (name: 'silent' | 'enrolled'): Option[] =>
    AGES[name].map((value) => ({ value, label: narrowingWords(words, name, value) }));
  return (
    <Stack gap="sm" role="group" aria-label={t('filter.title')} className="rc-filter-menu">
      <Choice name="tag" title={t('filter.tag')} filter={filter} options={counted(data?.tags)} />
      <Choice name="model" title={t('column.model')} filter={filter} options={counted(data?.models)} />
      <Choice name="firmware" title={t('column.firmware')} filter={filter} options={counted(data?.firmwares)} />
      <Choice name="silent" title={t('filter.silent')} filter={filter} options={ages('silent')} />
      <Choice name="enrolled" title={t('column.enrolled')} filter={filter} options={ages('enrolled')} />
      <Checkbox
        label={t('filter.unstable')}
        checked={filter.unstable !== ''}
        onChange={(event) => go(devicesView({ ...filter, unstable: event.currentTarget.checked ? 'true' : '' }))}
      />
      <Button variant="default" size="xs" onClick={() => go(devicesView({ ...noFilter, sort: filter.sort }))}>
        {t('filter.clear')}
      </Button>
    </Stack>
  );
}
