import { Checkbox, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { webhookTypes } from '../../../protocol/api-webhooks.ts';
import { DialogForm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import type { WebhookFields } from './queries.ts';
import { typeWords } from './webhook-words.ts';

/** A webhook's address, description and events. */
export function WebhookForm(props: {
  start: WebhookFields;
  action: string;
  attempt: { isPending: boolean; error: unknown };
  onSubmit: (fields: WebhookFields) => void;
  onClose: () => void;
}) {
  const { t } = useWords();
  const [fields, setFields] = useState(props.start);
  const { url, description, types } = fields;
  return (
    <DialogForm
      action={props.action}
      attempt={props.attempt}
      disabled={url.trim() === '' || types.length === 0}
      onSubmit={() => props.onSubmit({ ...fields, url: url.trim() })}
      onCancel={props.onClose}
    >
      <TextInput
        label={t('webhooks.url')}
        description={t('webhooks.urlHint')}
        placeholder="https://"
        value={url}
        maxLength={2048}
        autoComplete="off"
        inputMode="url"
        required
        data-autofocus
        onChange={(event) => setFields({ ...fields, url: event.currentTarget.value })}
      />
      <TextInput
        label={t('webhooks.description')}
        description={t('webhooks.descriptionHint')}
        value={description}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => setFields({ ...fields, description: event.currentTarget.value })}
      />
      <Checkbox.Group
        label={t('webhooks.types')}
        value={types}
        onChange={(chosen) => setFields({ ...fields, types: webhookTypes.filter((type) => chosen.includes(type)) })}
      >
        <Stack gap="xs" mt="xs">
          {webhookTypes.map((type) => (
            <Checkbox key={type} value={type} label={t(typeWords[type].name)} description={t(typeWords[type].hint)} />
          ))}
        </Stack>
      </Checkbox.Group>
    </DialogForm>
  );
}
