import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { Webhook } from '../../../protocol/api-webhooks.ts';
import { useAllowed } from '../session/Session.tsx';
import { careful, Confirm, Dialog } from '../parts/Dialog.tsx';
import { Fact, Facts, Refused } from '../parts/panels.tsx';
import { Signed } from '../parts/Status.tsx';
import { Exact } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { Deliveries } from './Deliveries.tsx';
import { NewSecret } from './NewWebhook.tsx';
import { useChangeWebhook, useRemove, useTest } from './queries.ts';
import { failureName, typeWords, webhookSign } from './webhook-words.ts';
import { WebhookForm } from './WebhookForm.tsx';

type Opened = 'edit' | 'secret' | 'remove' | null;

export function WebhookCard({ webhook }: { webhook: Webhook }) {
  const { t } = useWords();
  const [dialog, setDialog] = useState<Opened>(null);
  const [showsDeliveries, setShowsDeliveries] = useState(false);
  const close = () => setDialog(null);
  const sign = webhookSign(webhook);
  return (
    <li className="rc-card">
      <div className="rc-refused">
        <Title order={2} size="h4" className="rc-wrap">
          {webhook.url}
        </Title>
        <Signed sign={sign} word={t(sign.word)} />
      </div>
      {webhook.description === '' ? null : <p className="rc-card-text rc-wrap">{webhook.description}</p>}
      <Standing webhook={webhook} />
      <p className="rc-card-text">{webhook.types.map((type) => t(typeWords[type].name)).join(' · ')}</p>
      <Facts>
        <Fact name={t('webhooks.created')}>
          <Exact at={webhook.createdAt} />
        </Fact>
        <Fact name={t('webhooks.createdBy')}>{webhook.createdBy}</Fact>
      </Facts>
      <Actions
        webhook={webhook}
        open={setDialog}
        showsDeliveries={showsDeliveries}
        onDeliveries={() => setShowsDeliveries(!showsDeliveries)}
      />
      {showsDeliveries ? <Deliveries webhook={webhook} /> : null}
      {dialog === 'edit' ? <EditDialog webhook={webhook} onClose={close} /> : null}
      {dialog === 'secret' ? <NewSecret id={webhook.id} onClose={close} /> : null}
      {dialog === 'remove' ? <RemoveDialog webhook={webhook} onClose={close} /> : null}
    </li>
  );
}

/** Anything unusual: why it is off, since when it fails, until when two secrets sign. */
function Standing({ webhook }: { webhook: Webhook }) {
  const { t, formats } = useWords();
  const { enabled, off, failingSince, previousSecretUntil } = webhook;
  const lines = [
    off === 'gone' ? t('webhooks.offGone') : null,
    off === 'failing' ? t('webhooks.offFailing') : null,
    enabled ? null : t('webhooks.switchedOff'),
    enabled && failingSince !== null ? t('webhooks.failingSince', { time: formats.exact(failingSince) }) : null,
    previousSecretUntil === null ? null : t('webhooks.bothUntil', { time: formats.exact(previousSecretUntil) }),
  ].filter((line) => line !== null);
  return lines.map((line) => (
    <p key={line} className="rc-card-text">
      {line}
    </p>
  ));
}

function Actions(props: {
  webhook: Webhook;
  open: (dialog: Opened) => void;
  showsDeliveries: boolean;
  onDeliveries: () => void;
}) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const { webhook, open } = props;
  const test = useTest(webhook.id);
  const edit = useChangeWebhook(webhook.id);
  const small = { size: 'compact-sm', variant: 'default' } as const;
  return (
    <Stack gap="xs" mt="sm">
      <Group gap="xs">
        <Button {...small} disabled={!change} loading={test.isPending} onClick={() => test.mutate()}>
          {t('webhooks.test')}
        </Button>
        <Button {...small} aria-expanded={props.showsDeliveries} onClick={props.onDeliveries}>
          {t('webhooks.deliveries')}
        </Button>
        <Button {...small} disabled={!change} onClick={() => open('edit')}>
          {t('webhooks.edit')}
        </Button>
        <Button {...small} disabled={!change} onClick={() => open('secret')}>
          {t('webhooks.newSecret')}
        </Button>
        <Button {...small} disabled={!change} loading={edit.isPending} onClick={() => edit.mutate({ enabled: !webhook.enabled })}>
          {t(webhook.enabled ? 'webhooks.switchOff' : 'webhooks.switchOn')}
        </Button>
        <Button {...small} className="rc-danger" disabled={!change} onClick={() => open('remove')}>
          {t('webhooks.remove')}
        </Button>
      </Group>
      <div role="status">
        {test.data === undefined || test.isPending ? null : (
          <Text size="sm">
            {test.data.delivered
              ? t('webhooks.testDone', { status: String(test.data.status ?? ''), ms: formats.number(test.data.ms) })
              : t('webhooks.testFailed', { reason: failureName(t, test.data) })}
          </Text>
        )}
      </div>
      <Refused error={test.error} />
      <Refused error={edit.error} />
    </Stack>
  );
}

function EditDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { t } = useWords();
  const edit = useChangeWebhook(webhook.id);
  const { url, description, types } = webhook;
  return (
    <Dialog title={t('webhooks.editTitle')} size="lg" onClose={onClose}>
      <WebhookForm
        start={{ url, description, types }}
        action={t('webhooks.save')}
        attempt={edit}
        onSubmit={(fields) => edit.mutate(fields, { onSuccess: onClose })}
        onClose={onClose}
      />
    </Dialog>
  );
}

function RemoveDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { t } = useWords();
  const remove = useRemove(webhook.id);
  return (
    <Confirm
      title={t('webhooks.removeTitle')}
      onClose={onClose}
      action={t('webhooks.remove')}
      look={careful}
      attempt={remove}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
    >
      <Text className="rc-wrap">{t('webhooks.removeText', { url: webhook.url })}</Text>
    </Confirm>
  );
}
