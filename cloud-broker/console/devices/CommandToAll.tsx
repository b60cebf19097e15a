import { Button, Group, Menu } from '@mantine/core';
import { useState } from 'react';
import type { DeviceFilter } from '../app/address.ts';
import { useAllowed } from '../session/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useCommands } from './bulk.ts';
import { askedWords, asks } from '../fleet/commands.ts';
import { Outcome } from './Outcome.tsx';
import { TagsForm } from './TagsForm.tsx';

/** Sends a command to every device in the list, loaded or not, and counts the outcomes (P8). */
export function CommandToAll({ filter, total }: { filter: DeviceFilter; total: number }) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const [tagging, setTagging] = useState(false);
  const command = useCommands();
  const all = t('commands.toAll', { count: total, n: formats.number(total) });
  return (
    <Group gap="sm" className="rc-to-all">
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button variant="default" size="xs" disabled={!change} loading={command.isPending}>
            {all}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {asks.map((name) => (
            <Menu.Item key={name} onClick={() => command.mutate({ name, aim: { filter } })}>
              {t(askedWords[name])}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => setTagging(true)}>{t('bulk.tagsAll')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TagsForm aim={tagging ? { filter } : null} title={all} onClose={() => setTagging(false)} />
      <Refused error={command.error} />
      {command.data === undefined ? null : <Outcome made={command.data} />}
    </Group>
  );
}
