import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rowsIn } from '../api/pages.ts';
import { Link } from '../app/Address.tsx';
import { Cards } from '../parts/pages.tsx';
import { More } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { ClaimDialog } from './ClaimDialog.tsx';
import { PortalGate } from './PortalGate.tsx';
import { subscriptionsQuery } from './queries.ts';
import { SubscriptionCard } from './SubscriptionCard.tsx';

/** K3: what the user's organisations have claimed, each with its product key to copy. */
export function SubscriptionsPage() {
  return (
    <PortalGate>
      <Subscriptions />
    </PortalGate>
  );
}

function Subscriptions() {
  const { t, formats } = useWords();
  const query = useInfiniteQuery(subscriptionsQuery);
  const { data } = query;
  const [claiming, setClaiming] = useState(false);
  const total = data?.pages[0]?.total ?? 0;
  return (
    <div className="rc-stack">
      <Cards
        title={t('portal.subscriptions')}
        make={<Button onClick={() => setClaiming(true)}>{t('portal.claimStart')}</Button>}
        query={query}
        items={data && rowsIn(data)}
        empty={{ title: t('portal.none'), hint: t('portal.noneText') }}
        renderCard={(subscription) => <SubscriptionCard key={subscription.id} subscription={subscription} />}
      >
        {total > 0 ? (
          <Text>
            {t('portal.keyUse')} <Link to={{ page: 'billing' }}>{t('portal.toBilling')}</Link>
          </Text>
        ) : null}
        {total > 1 ? <Text className="rc-dim">{t('portal.count', { count: total, n: formats.number(total) })}</Text> : null}
      </Cards>
      <More query={query} />
      <ClaimDialog opened={claiming} onClose={() => setClaiming(false)} />
    </div>
  );
}
