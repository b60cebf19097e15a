import { Checkbox, Stack } from '@mantine/core';
import { chosenColumns } from '../app/address.ts';
import type { ChosenColumn } from '../app/address.ts';
import { Dropdown } from '../parts/Dropdown.tsx';
import { useWords } from '../words/words.ts';
import { columnWords } from './columns.ts';

interface Props {
  columns: readonly ChosenColumn[];
  choose: (columns: readonly ChosenColumn[]) => void;
}

export function ColumnsMenu({ columns, choose }: Props) {
  const { t } = useWords();
  return (
    <Dropdown title={t('columns.title')} size="xs" className="rc-columns" position="bottom-end">
      {() => (
        <Stack gap="xs" role="group" aria-label={t('columns.title')}>
          {chosenColumns.map((column) => (
            <Checkbox
              key={column}
              label={t(columnWords[column])}
              checked={columns.includes(column)}
              onChange={(event) =>
                choose(event.currentTarget.checked ? [...columns, column] : columns.filter((one) => one !== column))
              }
            />
          ))}
        </Stack>
      )}
    </Dropdown>
  );
}
