import { Anchor, Group, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Billing } from '../../../protocol/api.ts';
import { billingQuery } from '../api/queries.ts';
import { useLost } from '../live/Live.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Fact, Facts, Unread } from '../parts/panels.tsx';
import { DomainSign } from '../parts/Status.tsx';
import type { Words } from '../words/words.ts';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { useWords } from '../words/words.ts';
import { BalanceChart } from './BalanceChart.tsx';
import { Forecast } from './Forecast.tsx';
import { Held } from './Held.tsx';
import { History } from './History.tsx';
import { Redeem } from './Redeem.tsx';

/** The number of credits, how long they last (L8), and every booking behind them. */
export function BillingPage() {
  const { t } = useWords();
  return (
    <div className="rc-stack">
      <PageHead title={t('billing.title')} />
      <Figures />
      <BalanceChart />
      <Redeem />
      <section>
        <Group justify="space-between" align="baseline" mb="sm">
          <Title order={2} size="h3">
            {t('billing.history')}
          </Title>
          <span className="rc-take">
            <CopyCurl path="/billing/history" />
            <Anchor size="sm" href="/api/v1/billing/history.csv" download>
              {t('history.csv')}
            </Anchor>
          </span>
        </Group>
        <History />
      </section>
    </div>
  );
}

/** The sentence that answers "until when": the credits, their end date and the use it is computed from. */
function headline({ t, formats }: Words, billing: Billing): string {
  const credits = { count: billing.balance, n: formats.number(billing.balance) };
  if (billing.endsOn === null) return t('billing.headlineUnused', credits);
  return t('billing.headline', { ...credits, day: formats.date(billing.endsOn), perDay: formats.number(billing.usedPerDay) });
}

function Figures() {
  const words = useWords();
  const { t, formats } = words;
  const lost = useLost();
  const query = useQuery(billingQuery);
  const { data } = query;
  if (data === undefined) return <Unread query={query} meanwhile={<Skeleton height={180} />} />;
  return (
    <section className={`rc-panel rc-figures${lost ? ' rc-pale' : ''}`}>
      <p className="rc-headline">{headline(words, data)}</p>
      <Facts>
        <Fact name={t('billing.status')}>
          <DomainSign status={data.status} />
        </Fact>
        <Fact name={t('billing.created')}>{formats.day(data.createdAt)}</Fact>
        <Fact name={t('billing.trialEnds')}>{data.trialEndsAt === null ? '–' : formats.day(data.trialEndsAt)}</Fact>
        <Fact name={t('billing.devices')}>{formats.number(data.devices)}</Fact>
        <Fact name={t('billing.available')}>{formats.number(data.balance)}</Fact>
        <Fact name={t('billing.held')}>{formats.number(data.held)}</Fact>
        <Fact name={t('billing.perDay')}>{formats.number(data.usedPerDay)}</Fact>
        <Fact name={t('billing.daysLeft')}>{data.daysLeft === null ? '–' : formats.number(data.daysLeft)}</Fact>
        <Fact name={t('billing.ends')}>{data.endsOn === null ? '–' : formats.date(data.endsOn)}</Fact>
      </Facts>
      <Forecast />
      {data.held > 0 ? (
        <>
          <p className="rc-dim rc-card-text">{t('billing.heldText')}</p>
          <Held />
        </>
      ) : null}
    </section>
  );
}
