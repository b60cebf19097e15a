import { Text } from '@mantine/core';
import { Dialog, Question, ShownOnce } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useNewSecret, useNewWebhook } from './queries.ts';
import { WebhookForm } from './WebhookForm.tsx';

/** Makes a webhook and shows its secret, this once. */
export function NewWebhook({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const make = useNewWebhook();
  const made = make.data;
  const title = made === undefined ? t('webhooks.make') : t('webhooks.secret');
  return (
    <Dialog title={title} size="lg" stays={made !== undefined} onClose={onClose}>
      {made === undefined ? (
        <WebhookForm
          start={{ url: '', description: '', types: ['device', 'alert'] }}
          action={t('webhooks.make')}
          attempt={make}
          onSubmit={(fields) => make.mutate(fields)}
          onClose={onClose}
        />
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** Asks for confirmation, then shows the new secret once. */
export function NewSecret({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useWords();
  const make = useNewSecret(id);
  const made = make.data;
  const title = made === undefined ? t('webhooks.newSecretTitle') : t('webhooks.secret');
  return (
    <Dialog title={title} size="lg" stays={made !== undefined} onClose={onClose}>
      {made === undefined ? (
        <Question action={t('webhooks.newSecret')} attempt={make} onClose={onClose} onConfirm={() => make.mutate()}>
          <Text>{t('webhooks.newSecretText')}</Text>
        </Question>
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useWords();
  return (
    <ShownOnce notice={t('webhooks.once')} secret={secret} kept={t('webhooks.kept')} onClose={onClose}>
      <Text size="sm">{t('webhooks.standard')}</Text>
    </ShownOnce>
  );
}
