import { Button, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Block } from '../../../protocol/api.ts';
import { rowsIn } from '../api/pages.ts';
import { blocksQuery } from '../api/queries.ts';
import { useAllowed } from '../session/Session.tsx';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { SideDialog } from '../parts/Dialog.tsx';
import { Fact, Facts, More, Refused, Unread } from '../parts/panels.tsx';
import { Exact } from '../parts/Time.tsx';
import { actorName } from '../words/actor.ts';
import { useWords } from '../words/words.ts';
import { useLift } from '../fleet/changes.ts';

/** The rejected and blocked displays, each with a way to let it ask again (E6). */
export function BlockedDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <SideDialog title={t('blocked.title')} opened={opened} onClose={onClose} size="lg">
      <Blocks />
    </SideDialog>
  );
}

function Blocks() {
  const { t } = useWords();
  const query = useInfiniteQuery(blocksQuery);
  if (query.data === undefined) return <Unread query={query} rows={3} />;
  const blocks = rowsIn(query.data);
  if (blocks.length === 0) return <Text>{t('blocked.none')}</Text>;
  return (
    <Stack gap="md">
      <Text c="dimmed">{t('blocked.text')}</Text>
      <span>
        <CopyCurl path="/blocks" />
      </span>
      {blocks.map((block) => (
        <BlockCard key={block.id} block={block} />
      ))}
      <More query={query} />
    </Stack>
  );
}

function BlockCard({ block }: { block: Block }) {
  const { t, formats } = useWords();
  const { remove } = useAllowed();
  const lift = useLift(block.id);
  return (
    <article className="rc-card" aria-label={block.serial}>
      <div className="rc-block">
        <div>
          <b className="rc-mono">{block.serial}</b>
          <div>{block.until === null ? t('blocked.untilLifted') : t('blocked.until', { day: formats.day(block.until) })}</div>
        </div>
        <Button variant="default" disabled={!remove} loading={lift.isPending} onClick={() => lift.mutate()}>
          {t('blocked.lift')}
        </Button>
      </div>
      <Facts>
        <Fact name={t('waiting.checkCode')}>
          <span className="rc-mono">{block.checkCode}</span>
        </Fact>
        <Fact name={t('blocked.since')}>
          <Exact at={block.since} />
        </Fact>
        <Fact name={t('blocked.by')}>{actorName(t, block.by)}</Fact>
      </Facts>
      <Refused error={lift.error} />
    </article>
  );
}
