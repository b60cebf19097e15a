import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PortalSubscription } from '../../../protocol/api-portal.ts';
import { rowsIn } from '../api/pages.ts';
import { Copyable } from '../parts/Copyable.tsx';
import { Fact, Facts, More, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { Models } from './Models.tsx';
import { boardsQuery } from './queries.ts';

/** One subscription, with the key first because it is what users come for. */
export function SubscriptionCard({ subscription }: { subscription: PortalSubscription }) {
  const { t, formats } = useWords();
  const { key, redeemedAt } = subscription;
  return (
    <li className="rc-panel rc-subscription">
      <div className="rc-subscription-head">
        <h2>
          {subscription.product} · {t('portal.invoice')} {subscription.invoice}
        </h2>
        <div>
          <span className="rc-dim">{t('portal.key')}, </span>
          <span className="rc-key-use">
            {redeemedAt === null ? t('portal.notUsed') : t('portal.usedOn', { date: formats.day(redeemedAt) })}
          </span>
          <Copyable text={key} />
        </div>
      </div>
      <Facts>
        <Fact name={t('portal.credits')}>{formats.number(subscription.credits)}</Fact>
        <Fact name={t('portal.organization')}>{subscription.organization.name}</Fact>
        <Fact name={t('portal.purchased')}>{formats.date(subscription.purchasedOn)}</Fact>
        <Fact name={t('portal.renews')}>{formats.date(subscription.renewsOn)}</Fact>
        <Fact name={t('portal.boards')}>
          <Models boards={subscription.boards} models={subscription.models} />
        </Fact>
      </Facts>
      <Serials id={subscription.id} invoice={subscription.invoice} />
    </li>
  );
}

/** The boards by serial, loaded on request: an invoice may have thousands. */
function Serials({ id, invoice }: { id: string; invoice: string }) {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        aria-expanded={opened}
        aria-label={t(opened ? 'portal.hideSerialsOf' : 'portal.serialsOf', { invoice })}
        onClick={() => setOpened(!opened)}
      >
        {t(opened ? 'portal.hideSerials' : 'portal.serials')}
      </Button>
      {opened ? <SerialList id={id} /> : null}
    </div>
  );
}

function SerialList({ id }: { id: string }) {
  const query = useInfiniteQuery(boardsQuery(id));
  if (query.data === undefined) return <Unread query={query} rows={2} />;
  return (
    <>
      <ul className="rc-serials">
        {rowsIn(query.data).map(({ serial, model }) => (
          <li key={serial}>
            <span className="rc-mono">{serial}</span> <span className="rc-dim">{model}</span>
          </li>
        ))}
      </ul>
      <More query={query} look={{ variant: 'default', size: 'compact-sm' }} />
    </>
  );
}
