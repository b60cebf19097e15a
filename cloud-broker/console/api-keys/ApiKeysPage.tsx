import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiKey } from '../../../protocol/api-keys.ts';
import { useAllowed } from '../app/Session.tsx';
import { Empty, ErrorPanel, Fact, Facts, Refused, RowsLoading } from '../parts/panels.tsx';
import { Ago, Exact } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { NewKey } from './NewKey.tsx';
import { apiKeysQuery, useRevoke } from './queries.ts';
import { scopeWords } from './scopes.ts';

/** A2: programs that act for the domain, each with a key of its own. */
export function ApiKeysPage() {
  const { t } = useWords();
  const { change } = useAllowed();
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  const keys = data?.pages.flatMap((page) => page.items) ?? [];
  const open = (
    <Button disabled={!change} onClick={() => setMaking(true)}>
      {t('apiKeys.make')}
    </Button>
  );
  return (
    <div className="rc-stack rc-medium">
      <div className="rc-page-head">
        <Title order={1} size="h2">
          {t('apiKeys.title')}
        </Title>
        {keys.length > 0 ? open : null}
      </div>
      <Text>
        {t('apiKeys.about')} <a href="/api/docs">{t('apiKeys.docs')}</a>
      </Text>
      {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <RowsLoading rows={3} /> : null}
      {data !== undefined && keys.length === 0 ? (
        <Empty title={t('apiKeys.empty')}>
          <Text>{t('apiKeys.emptyHint')}</Text>
          {open}
        </Empty>
      ) : null}
      {keys.length > 0 ? (
        <ul className="rc-cards">
          {keys.map((key) => (
            <KeyCard key={key.id} apiKey={key} />
          ))}
        </ul>
      ) : null}
      {hasNextPage ? (
        <Button variant="default" onClick={() => void fetchNextPage()}>
          {t('rows.more')}
        </Button>
      ) : null}
      {making ? <NewKey onClose={() => setMaking(false)} /> : null}
    </div>
  );
}

function KeyCard({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useWords();
  const { change } = useAllowed();
  const [asking, setAsking] = useState(false);
  return (
    <li className="rc-card">
      <div className="rc-refused">
        <Title order={2} size="h4" className="rc-wrap">
          {apiKey.name}
        </Title>
        <Button size="compact-sm" variant="default" className="rc-danger" disabled={!change} onClick={() => setAsking(true)}>
          {t('apiKeys.revoke')}
        </Button>
      </div>
      <p className="rc-card-text">{apiKey.scopes.map((scope) => t(scopeWords[scope])).join(' · ')}</p>
      <Facts>
        <Fact name={t('apiKeys.lastUsed')}>
          {apiKey.lastUsedAt === null ? t('apiKeys.never') : <Ago at={apiKey.lastUsedAt} />}
        </Fact>
        <Fact name={t('apiKeys.created')}>
          <Exact at={apiKey.createdAt} />
        </Fact>
        <Fact name={t('apiKeys.createdBy')}>{apiKey.createdBy}</Fact>
      </Facts>
      {asking ? <RevokeDialog apiKey={apiKey} onClose={() => setAsking(false)} /> : null}
    </li>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useWords();
  const revoke = useRevoke(apiKey.id);
  const title = t('apiKeys.revokeTitle', { name: apiKey.name });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <Text>{t('apiKeys.revokeText')}</Text>
        {revoke.isError ? <Refused error={revoke.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            variant="default"
            className="rc-danger"
            loading={revoke.isPending}
            onClick={() => revoke.mutate(undefined, { onSuccess: onClose })}
          >
            {t('apiKeys.revoke')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
