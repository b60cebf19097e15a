import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Copyable } from '../parts/Copyable.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useNewSecret, useNewWebhook } from './queries.ts';
import { WebhookForm } from './WebhookForm.tsx';

/** Makes a webhook and shows its secret, this once. A click beside the dialog does not close it over a secret that nobody has copied yet. */
export function NewWebhook({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const make = useNewWebhook();
  const made = make.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={made === undefined ? t('webhooks.make') : t('webhooks.secret')}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {made === undefined ? (
        <WebhookForm
          start={{ url: '', description: '', types: ['device', 'alert'] }}
          action={t('webhooks.make')}
          pending={make.isPending}
          error={make.error}
          onSubmit={(fields) => make.mutate(fields)}
          onClose={onClose}
        />
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Modal>
  );
}

/** Asks first, then shows the new secret, this once. */
export function NewSecret({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useWords();
  const make = useNewSecret(id);
  const made = make.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={made === undefined ? t('webhooks.newSecretTitle') : t('webhooks.secret')}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {made === undefined ? (
        <Stack gap="md">
          <Text>{t('webhooks.newSecretText')}</Text>
          {make.isError ? <Refused error={make.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
              {t('webhooks.newSecret')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Modal>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Stack gap="md">
      <Notice colour="wait">{t('webhooks.once')}</Notice>
      <Copyable text={secret} />
      <Text size="sm">{t('webhooks.standard')}</Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('webhooks.kept')}</Button>
      </Group>
    </Stack>
  );
}
