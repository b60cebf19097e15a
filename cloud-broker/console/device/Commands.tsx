import { Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Command } from '../../../protocol/api-commands.ts';
import type { Device } from '../../../protocol/api.ts';
import { rowsIn } from '../api/pages.ts';
import { useAllowed } from '../session/Session.tsx';
import { More, Refused, Unread } from '../parts/panels.tsx';
import { Ago } from '../parts/Time.tsx';
import { actorName } from '../words/actor.ts';
import { useWords } from '../words/words.ts';
import { askedWords, commandName, commandsQuery, reachedAt, stateWords, useCommand } from '../fleet/commands.ts';
import type { Asked } from '../fleet/commands.ts';

/** The commands that a device can receive, and the outcome of those sent (P8). */
export function Commands({ device, former }: { device: Device; former: boolean }) {
  return (
    <Stack gap="xs">
      {former ? null : <Ask id={device.id} />}
      <Asked id={device.id} />
    </Stack>
  );
}

function Ask({ id }: { id: string }) {
  const { t } = useWords();
  const { change } = useAllowed();
  const command = useCommand(id);
  const button = (name: Asked, hint?: string) => (
    <Button
      variant="default"
      size="xs"
      title={hint}
      disabled={!change}
      loading={command.isPending && command.variables === name}
      onClick={() => command.mutate(name)}
    >
      {t(askedWords[name])}
    </Button>
  );
  return (
    <>
      <Group gap="xs">
        {button('identify', t('commands.identifyHint'))}
        {button('refresh')}
      </Group>
      <Refused error={command.error} />
    </>
  );
}

function Asked({ id }: { id: string }) {
  const { t } = useWords();
  const query = useInfiniteQuery(commandsQuery(id));
  if (query.isError || query.data === undefined) return <Unread query={query} rows={2} />;
  const commands = rowsIn(query.data);
  if (commands.length === 0) return <Text className="rc-dim">{t('commands.empty')}</Text>;
  return (
    <>
      <ol className="rc-commands" aria-label={t('commands.title')}>
        {commands.map((command) => (
          <Line key={command.id} command={command} />
        ))}
      </ol>
      <More query={query} look={{ variant: 'subtle', size: 'xs' }} word="commands.more" />
    </>
  );
}

function Line({ command }: { command: Command }) {
  const { t } = useWords();
  const bad = command.state === 'failed' || command.state === 'expired';
  return (
    <li>
      <span className="rc-wrap">
        {commandName(t, command)} <span className="rc-dim">{actorName(t, command.by)}</span>
      </span>
      <span>
        <b className={bad ? 'rc-danger' : ''}>{t(stateWords[command.state])}</b>{' '}
        <span className="rc-dim">
          <Ago at={reachedAt(command)} />
        </span>
        {command.detail === null ? null : <div className="rc-dim rc-wrap">{command.detail}</div>}
      </span>
    </li>
  );
}
