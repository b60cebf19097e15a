import { Button, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MAX_WEBHOOKS } from '../../../protocol/api-webhooks.ts';
import { useAllowed } from '../app/Session.tsx';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { NewWebhook } from './NewWebhook.tsx';
import { webhooksQuery } from './queries.ts';
import { WebhookCard } from './WebhookCard.tsx';

/** Servers of the domain that are told what happens in it. */
export function WebhooksPage() {
  const { t } = useWords();
  const { change } = useAllowed();
  const { data, error, refetch } = useQuery(webhooksQuery);
  const [making, setMaking] = useState(false);
  const full = data !== undefined && data.length >= MAX_WEBHOOKS;
  const open = (
    <Button disabled={!change || full} onClick={() => setMaking(true)}>
      {t('webhooks.make')}
    </Button>
  );
  return (
    <div className="rc-stack rc-medium">
      <div className="rc-page-head">
        <Title order={1} size="h2">
          {t('webhooks.title')}
        </Title>
        {data !== undefined && data.length > 0 ? open : null}
      </div>
      <Text>
        {t('webhooks.about')} <a href="/api/docs">{t('apiKeys.docs')}</a>
      </Text>
      {full ? <Text className="rc-dim">{t('webhooks.most')}</Text> : null}
      {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <RowsLoading rows={3} /> : null}
      {data !== undefined && data.length === 0 ? (
        <Empty title={t('webhooks.empty')}>
          <Text>{t('webhooks.emptyHint')}</Text>
          {open}
        </Empty>
      ) : null}
      {data !== undefined && data.length > 0 ? (
        <ul className="rc-cards">
          {data.map((webhook) => (
            <WebhookCard key={webhook.id} webhook={webhook} />
          ))}
        </ul>
      ) : null}
      {making ? <NewWebhook onClose={() => setMaking(false)} /> : null}
    </div>
  );
}
