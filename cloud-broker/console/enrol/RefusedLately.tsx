import { Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { EnrolmentEvent } from '../../../protocol/api.ts';
import { refusedPage } from '../../../protocol/api-enrolment.ts';
import { read } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { Ago } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { RefusedLine } from '../waiting/RefusedLine.tsx';

const MOST = 10;

/**
 * Refusals from before anybody watched. `q` selects the attempts of a serial, or the one whose reference a display shows. Each row is one serial
 * refused for one reason, leaving out the live ones in `shown`.
 */
export function RefusedLately({
  q = '',
  shown = [],
}: {
  q?: string;
  shown?: readonly Pick<EnrolmentEvent, 'serial' | 'code'>[];
}) {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: [...keys.refused, q],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ limit: String(MOST), ...(q === '' ? {} : { q }) });
      return read(`/enrolments/refused?${query.toString()}`, refusedPage, signal);
    },
    placeholderData: keepPreviousData,
    // Refused to users who see only some devices.
    retry: false,
  });
  const items =
    data?.items.filter((made) => !shown.some(({ serial, code }) => serial === made.serial && code === made.code)) ?? [];
  if (items.length === 0) return null;
  return (
    <section className="rc-panel rc-card">
      <Title order={2} size="h4">
        {t('refused.lately')}
      </Title>
      <ol className="rc-commands">
        {items.map((made) => (
          <li key={`${made.serial} ${made.code}`}>
            <RefusedLine made={made} times={made.times} />
            <span className="rc-dim">
              <Ago at={made.at} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
