import { Button, Group, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { commandStates } from '../../../protocol/api-commands.ts';
import type { DeviceFilter } from '../app/address.ts';
import { useAllowed } from '../app/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { askedWords, batchQuery, countWords, useCommandToAll } from './commands.ts';
import type { Asked } from './commands.ts';

const asked: readonly Asked[] = ['identify', 'refresh'];

/** Asks something of every device that the list shows, read or not, and counts what becomes of it (P8). */
export function CommandToAll({ filter, total }: { filter: DeviceFilter; total: number }) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const command = useCommandToAll();
  return (
    <Group gap="sm" className="rc-to-all">
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" size="xs" disabled={!change} loading={command.isPending}>
            {t('commands.toAll', { count: total, n: formats.number(total) })}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {asked.map((name) => (
            <Menu.Item key={name} onClick={() => command.mutate({ name, filter })}>
              {t(askedWords[name])}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {command.isError ? <Refused error={command.error} /> : null}
      {command.data === undefined ? null : <Outcome made={command.data} />}
    </Group>
  );
}

/** "298 done · 9 waiting · 5 failed". */
function Outcome({ made }: { made: { batch: string; commands: number; refusedCount: number } }) {
  const { t, formats } = useWords();
  const { data } = useQuery({ ...batchQuery(made.batch), enabled: made.commands > 0 });
  const { refusedCount } = made;
  const states = data?.states;
  const parts = commandStates
    .filter((state) => (states?.[state] ?? 0) > 0)
    .map((state) => t(countWords[state], { count: states?.[state] ?? 0, n: formats.number(states?.[state] ?? 0) }));
  if (refusedCount > 0) parts.push(t('commands.refusedMany', { count: refusedCount, n: formats.number(refusedCount) }));
  return (
    <span role="status" className="rc-outcome">
      {made.commands + refusedCount === 0 ? t('commands.none') : parts.join(' · ')}
    </span>
  );
}
