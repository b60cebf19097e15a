import { Button, CloseButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { viewList, viewMade } from '../../../protocol/api-views.ts';
import { ask, change, read } from '../api/client.ts';
import { addressOf, devicesView, parseAddress } from '../app/address.ts';
import type { DevicesView, View } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { submitting } from '../parts/Form.tsx';
import { Refused, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';

const viewsKey = ['views'];
const viewOf = (query: string): View => parseAddress('/devices', query);

/** The part of a view that is saved: filter, order and columns, not what was opened over it. */
function queryOf(view: View): string {
  if (view.page !== 'devices') return '';
  const shown: DevicesView = { ...devicesView(view.filter), columns: view.columns };
  return addressOf(shown).split('?')[1] ?? '';
}

/** The user's named views, and a field to name the present one. */
export function ViewsMenu({ close }: { close: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const { view } = useAddress();
  const [name, setName] = useState('');
  const query = useQuery({
    queryKey: viewsKey,
    queryFn: ({ signal }) => read('/me/views', viewList, signal),
  });
  const again = async (): Promise<void> => client.invalidateQueries({ queryKey: viewsKey });
  const save = useMutation({
    mutationFn: async () => ask('/me/views', viewMade, { name: name.trim(), query: queryOf(view) }),
    onSuccess: async () => {
      setName('');
      await again();
    },
  });
  const remove = useMutation({ mutationFn: async (id: string) => change('DELETE', `/me/views/${id}`), onSuccess: again });
  const failed = save.error ?? remove.error;
  const { data } = query;
  if (data === undefined) return <Unread query={query} meanwhile={null} />;
  return (
    <Stack gap="sm" role="group" aria-label={t('views.title')} className="rc-filter-menu">
      {data.items.length === 0 ? (
        <Text size="sm">{t('views.none')}</Text>
      ) : (
        <ul className="rc-views">
          {data.items.map((saved) => (
            <li key={saved.id}>
              <Link to={viewOf(saved.query)} onClick={close} aria-current={queryOf(view) === saved.query ? 'true' : undefined}>
                {saved.name}
              </Link>
              <CloseButton
                size="sm"
                aria-label={t('views.delete', { name: saved.name })}
                onClick={() => remove.mutate(saved.id)}
              />
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submitting(() => name.trim() !== '' && save.mutate())}>
        <Group gap="xs" align="end" wrap="nowrap">
          <TextInput
            label={t('views.name')}
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={save.isPending} disabled={name.trim() === ''}>
            {t('views.save')}
          </Button>
        </Group>
      </form>
      <Refused error={failed} />
    </Stack>
  );
}
