import { Button, Group, Text, Textarea } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { serialKey } from '../../../protocol/text.ts';
import { devicesQuery } from '../api/queries.ts';
import { noFilter } from '../app/address.ts';
import { rowsOf } from '../api/rows.ts';
import { Copyable } from '../parts/Copyable.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Form } from '../parts/Form.tsx';
import { useWords } from '../words/words.ts';
import { DeviceTable } from './DeviceTable.tsx';
import { missingOf, MAX_PASTED, serialsOf } from './paste.ts';

const MAX_CHARACTERS = 400_000;

/** A pasted column of serials: how many are here, the missing ones to copy, and a list of those found. */
export function Pasted({ serials, onClose }: { serials: readonly string[]; onClose: () => void }) {
  const { t, formats } = useWords();
  const filter = useMemo(() => ({ ...noFilter, serials: serials.map(serialKey) }), [serials]);
  const { data } = useInfiniteQuery(devicesQuery(filter));
  const missing = data === undefined ? [] : missingOf(serials, rowsOf(data));
  const found = serials.length - missing.length;
  return (
    <>
      <section className="rc-panel rc-pasted" aria-label={t('paste.open')}>
        <Group justify="space-between" gap="sm">
          <b role="status">
            {data === undefined
              ? ''
              : t('paste.found', { count: found, found: formats.number(found), n: formats.number(serials.length) })}
          </b>
          <Button variant="default" size="xs" onClick={onClose}>
            {t('paste.close')}
          </Button>
        </Group>
        {missing.length === 0 ? null : (
          <>
            <Text size="sm">{t('paste.missing', { count: missing.length, n: formats.number(missing.length) })}</Text>
            <Copyable text={missing.join('\n')} />
          </>
        )}
      </section>
      <DeviceTable filter={filter} />
    </>
  );
}

interface Props {
  opened: boolean;
  onClose: () => void;
  onFind: (serials: string[]) => void;
}

export function PasteSerials({ opened, onClose, onFind }: Props) {
  const { t, formats } = useWords();
  const [text, setText] = useState('');
  const serials = serialsOf(text);
  const most = formats.number(MAX_PASTED);
  const submit = (): void => {
    onFind(serials.slice(0, MAX_PASTED));
    setText('');
  };
  return (
    <Dialog title={t('paste.open')} opened={opened} onClose={onClose}>
      <Form onSubmit={submit}>
        <Textarea
          label={t('paste.field')}
          description={t('paste.hint', { n: most })}
          rows={8}
          maxLength={MAX_CHARACTERS}
          value={text}
          data-autofocus
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {serials.length > MAX_PASTED ? <Text size="sm">{t('paste.tooMany', { n: most })}</Text> : null}
        <Button type="submit" disabled={serials.length === 0}>
          {t('paste.find')}
        </Button>
      </Form>
    </Dialog>
  );
}
