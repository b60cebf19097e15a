import { Button, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from '../app/Address.tsx';
import { Empty, ErrorPanel, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { ClaimDialog } from './ClaimDialog.tsx';
import { PortalGate } from './PortalGate.tsx';
import { subscriptionsQuery } from './queries.ts';
import { SubscriptionCard } from './SubscriptionCard.tsx';

/** K3: what the person's organisations have claimed, each with its product key to copy. */
export function SubscriptionsPage() {
  return (
    <PortalGate>
      <Subscriptions />
    </PortalGate>
  );
}

function Subscriptions() {
  const { t, formats } = useWords();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(subscriptionsQuery);
  const [claiming, setClaiming] = useState(false);
  const claim = <Button onClick={() => setClaiming(true)}>{t('portal.claimStart')}</Button>;
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const total = data?.pages[0]?.total ?? 0;
  return (
    <div className="rc-stack">
      <div className="rc-page-head">
        <Title order={1} size="h2">
          {t('portal.subscriptions')}
        </Title>
        {items.length > 0 ? claim : null}
      </div>
      {data === undefined && error === null ? <RowsLoading rows={3} /> : null}
      {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
      {data !== undefined && items.length === 0 ? (
        <Empty title={t('portal.none')}>
          <Text>{t('portal.noneText')}</Text>
          {claim}
        </Empty>
      ) : null}
      {items.length > 0 ? (
        <>
          <Text>
            {t('portal.keyUse')} <Link to={{ page: 'billing' }}>{t('portal.toBilling')}</Link>
          </Text>
          {total > 1 ? <Text className="rc-dim">{t('portal.count', { count: total, n: formats.number(total) })}</Text> : null}
          <ul className="rc-cards">
            {items.map((subscription) => (
              <SubscriptionCard key={subscription.id} subscription={subscription} />
            ))}
          </ul>
        </>
      ) : null}
      {hasNextPage ? (
        <div>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('rows.more')}
          </Button>
        </div>
      ) : null}
      <ClaimDialog opened={claiming} onClose={() => setClaiming(false)} />
    </div>
  );
}
