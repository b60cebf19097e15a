import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Webhook, WebhookDelivery } from '../../../protocol/api-webhooks.ts';
import { useAllowed } from '../session/Session.tsx';
import { Refused, Unread } from '../parts/panels.tsx';
import { Signed } from '../parts/Status.tsx';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { deliveriesQuery, useSendAgain } from './queries.ts';
import { deliverySigns, failureName, typeWords } from './webhook-words.ts';

/** Deliveries to a webhook, newest event first. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const { t } = useWords();
  const query = useQuery(deliveriesQuery(webhook.id));
  const { data } = query;
  const again = useSendAgain(webhook.id);
  if (data === undefined) return <Unread query={query} rows={3} />;
  if (data.length === 0) return <Text className="rc-dim">{t('webhooks.noDeliveries')}</Text>;
  return (
    <>
      <Refused error={again.error} />
      <ol className="rc-commands" aria-label={t('webhooks.deliveries')}>
        {data.map((delivery) => (
          <Line
            key={delivery.id}
            delivery={delivery}
            enabled={webhook.enabled}
            pending={again.isPending && again.variables === delivery.id}
            onAgain={() => again.mutate(delivery.id)}
          />
        ))}
      </ol>
    </>
  );
}

function Line(props: { delivery: WebhookDelivery; enabled: boolean; pending: boolean; onAgain: () => void }) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const { delivery } = props;
  const sign = deliverySigns[delivery.state];
  const facts = [
    delivery.failure === null ? t('webhooks.status', { status: String(delivery.status ?? '') }) : failureName(t, delivery),
    t('webhooks.tries', { count: delivery.tries, n: formats.number(delivery.tries) }),
    ...(delivery.nextTryAt === null ? [] : [t('webhooks.nextTry', { time: formats.exact(delivery.nextTryAt) })]),
  ];
  return (
    <li>
      <span className="rc-wrap">
        <Signed sign={sign} word={t(sign.word)} /> {t(typeWords[delivery.type].name)}{' '}
        <span className="rc-dim">
          <Ago at={delivery.at} />
        </span>
        <div className="rc-dim">{facts.join(' · ')}</div>
      </span>
      <span>
        {delivery.state === 'again' ? null : (
          <Button
            size="compact-xs"
            variant="default"
            disabled={!change || !props.enabled}
            loading={props.pending}
            onClick={props.onAgain}
          >
            {t(delivery.state === 'waiting' ? 'webhooks.sendNow' : 'webhooks.sendAgain')}
          </Button>
        )}
      </span>
    </li>
  );
}
