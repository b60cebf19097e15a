import { Button, Group, Paper, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { redeemed } from '../../../protocol/api.ts';
import { ask } from '../api/client.ts';
import { Failure, failureWords } from '../api/failure.ts';
import { keys } from '../api/queries.ts';
import { submitting } from '../parts/Form.tsx';
import { useWords } from '../words/words.ts';
import type { Words } from '../words/words.ts';

const KEY_SYMBOLS = 17;

/** Formats keys as printed: capitals, in groups. Anything but letters and digits is dropped; nothing else is corrected. */
function grouped(typed: string): string {
  const symbols = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .slice(0, KEY_SYMBOLS);
  return [symbols.slice(0, 4), symbols.slice(4, 8), symbols.slice(8, 12), symbols.slice(12)]
    .filter((group) => group !== '')
    .join('-');
}

function refusedText({ t, language, formats }: Words, error: unknown): string {
  const at = error instanceof Failure && error.code === 'key-already-redeemed' ? error.details?.['at'] : undefined;
  if (typeof at === 'string') return t('redeem.already', { date: formats.day(at) });
  const words = failureWords(error, language);
  return `${words.message} ${words.next}`;
}

/** The box from the help page: enter a product key, get its credits at once (K1). */
export function Redeem() {
  const words = useWords();
  const { t, formats } = words;
  const client = useQueryClient();
  const [pin, setPin] = useState('');
  const redeem = useMutation({
    mutationFn: () => ask('/billing/redeem', redeemed, { pin }),
    onSuccess: async () => {
      setPin('');
      await Promise.all([keys.billing, keys.history, keys.session].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
  const { data } = redeem;
  return (
    <Paper
      className="rc-panel"
      p="md"
      component="form"
      onSubmit={submitting(() => pin !== '' && !redeem.isPending && redeem.mutate())}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          className="rc-grow"
          label={t('redeem.pin')}
          description={t('redeem.hint')}
          value={pin}
          placeholder="XXXX-XXXX-XXXX-XXXXX"
          autoComplete="off"
          spellCheck={false}
          classNames={{ input: 'rc-mono' }}
          error={redeem.error === null ? null : refusedText(words, redeem.error)}
          onChange={(event) => {
            redeem.reset();
            setPin(grouped(event.currentTarget.value));
          }}
        />
        <Button type="submit" loading={redeem.isPending} disabled={pin === ''}>
          {t('redeem.use')}
        </Button>
      </Group>
      <div role="status">
        {data === undefined ? null : (
          <Text mt="sm" fw={600}>
            {t('redeem.done', { count: data.credits, n: formats.number(data.credits), balance: formats.number(data.balance) })}
          </Text>
        )}
      </div>
    </Paper>
  );
}
