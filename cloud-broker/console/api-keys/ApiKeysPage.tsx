import { Button, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiKey } from '../../../protocol/api-keys.ts';
import { rowsIn } from '../api/pages.ts';
import { useAllowed } from '../session/Session.tsx';
import { careful, Confirm } from '../parts/Dialog.tsx';
import { Cards } from '../parts/pages.tsx';
import { Fact, Facts, More } from '../parts/panels.tsx';
import { Ago, Exact } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { NewKey } from './NewKey.tsx';
import { apiKeysQuery, useRevoke } from './queries.ts';
import { scopeWords } from './scopes.ts';

/** A2: programs that act for the domain, each with its own key. */
export function ApiKeysPage() {
  const { t } = useWords();
  const { change } = useAllowed();
  const query = useInfiniteQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  return (
    <div className="rc-stack rc-medium">
      <Cards
        title={t('apiKeys.title')}
        make={
          <Button disabled={!change} onClick={() => setMaking(true)}>
            {t('apiKeys.make')}
          </Button>
        }
        query={query}
        items={query.data && rowsIn(query.data)}
        empty={{ title: t('apiKeys.empty'), hint: t('apiKeys.emptyHint') }}
        renderCard={(key) => <KeyCard key={key.id} apiKey={key} />}
      >
        <Text>
          {t('apiKeys.about')} <a href="/api/docs">{t('apiKeys.docs')}</a>
        </Text>
      </Cards>
      <More query={query} />
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
  return (
    <Confirm
      title={t('apiKeys.revokeTitle', { name: apiKey.name })}
      onClose={onClose}
      action={t('apiKeys.revoke')}
      look={careful}
      attempt={revoke}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
    >
      <Text>{t('apiKeys.revokeText')}</Text>
    </Confirm>
  );
}
