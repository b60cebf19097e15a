import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MAX_WEBHOOKS } from '../../../protocol/api-webhooks.ts';
import { useAllowed } from '../session/Session.tsx';
import { Cards } from '../parts/pages.tsx';
import { useWords } from '../words/words.ts';
import { NewWebhook } from './NewWebhook.tsx';
import { webhooksQuery } from './queries.ts';
import { WebhookCard } from './WebhookCard.tsx';

/** The domain's servers that are notified of events in it. */
export function WebhooksPage() {
  const { t } = useWords();
  const { change } = useAllowed();
  const query = useQuery(webhooksQuery);
  const [making, setMaking] = useState(false);
  const full = query.data !== undefined && query.data.length >= MAX_WEBHOOKS;
  return (
    <div className="rc-stack rc-medium">
      <Cards
        title={t('webhooks.title')}
        make={
          <Button disabled={!change || full} onClick={() => setMaking(true)}>
            {t('webhooks.make')}
          </Button>
        }
        query={query}
        items={query.data}
        empty={{ title: t('webhooks.empty'), hint: t('webhooks.emptyHint') }}
        renderCard={(webhook) => <WebhookCard key={webhook.id} webhook={webhook} />}
      >
        <Text>
          {t('webhooks.about')} <a href="/api/docs">{t('apiKeys.docs')}</a>
        </Text>
        {full ? <Text className="rc-dim">{t('webhooks.most')}</Text> : null}
      </Cards>
      {making ? <NewWebhook onClose={() => setMaking(false)} /> : null}
    </div>
  );
}
