import { NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { forecast } from '../../../protocol/api.ts';
import { read } from '../api/client.ts';
import { useWords } from '../words/words.ts';

const MOST = 1_000_000;

/** How long the credits would last with more displays (L8). */
export function Forecast() {
  const { t, formats } = useWords();
  const [more, setMore] = useState(10);
  const [asked] = useDebouncedValue(more, 200);
  const { data } = useQuery({
    queryKey: ['billing', 'forecast', asked],
    queryFn: ({ signal }) => read(`/billing/forecast?more=${asked}`, forecast, signal),
    placeholderData: keepPreviousData,
  });
  const until = data?.endsOn == null ? '–' : formats.date(data.endsOn);
  return (
    <div className="rc-forecast">
      <NumberInput
        label={t('billing.more')}
        value={more}
        min={0}
        max={MOST}
        clampBehavior="strict"
        allowDecimal={false}
        w={150}
        onChange={(value) => setMore(typeof value === 'number' ? value : 0)}
      />
      <Text role="status">{t('billing.untilWith', { day: until })}</Text>
    </div>
  );
}
