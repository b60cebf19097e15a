import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useWords } from '../words/words.ts';
import { chosenColumns, columnWords } from './columns.ts';
import type { ChosenColumn } from './columns.ts';

interface Props {
  columns: readonly ChosenColumn[];
  choose: (columns: readonly ChosenColumn[]) => void;
}

export function ColumnsMenu({ columns, choose }: Props) {
  const { t } = useWords();
  return (
    <Popover position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <Button variant="default" size="xs" className="rc-columns">
          {t('columns.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
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
      </Popover.Dropdown>
    </Popover>
  );
}
