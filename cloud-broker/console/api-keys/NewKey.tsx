import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { apiScopes } from '../../../protocol/api-keys.ts';
import type { ApiScope, NewApiKey } from '../../../protocol/api-keys.ts';
import { Copyable } from '../parts/Copyable.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useNewApiKey } from './queries.ts';
import { scopeWords } from './scopes.ts';

/** Makes a key and shows it, this once. A click beside the dialog does not close it over a key that nobody has copied yet. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const make = useNewApiKey();
  const made = make.data;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={made === undefined ? t('apiKeys.make') : t('apiKeys.made', { name: made.name })}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {made === undefined ? <Form make={make} onClose={onClose} /> : <Secret made={made} onClose={onClose} />}
    </Modal>
  );
}

function Form({ make, onClose }: { make: ReturnType<typeof useNewApiKey>; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly ApiScope[]>(['devices:read']);
  const complete = name.trim() !== '' && scopes.length > 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (complete) make.mutate({ name, scopes: [...scopes] });
      }}
    >
      <Stack gap="md">
        <TextInput
          label={t('apiKeys.name')}
          description={t('apiKeys.nameHint')}
          value={name}
          maxLength={64}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t('apiKeys.scopes')}
          value={[...scopes]}
          onChange={(chosen) => setScopes(apiScopes.filter((scope) => chosen.includes(scope)))}
        >
          <Stack gap="xs" mt="xs">
            {apiScopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={t(scopeWords[scope])} />
            ))}
          </Stack>
        </Checkbox.Group>
        {make.isError ? <Refused error={make.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!complete}>
            {t('apiKeys.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A first call that this key may make, to be tried at once. */
function firstCall({ scopes, secret }: NewApiKey): string {
  const path = scopes.includes('devices:read') ? '/devices' : '/billing';
  return `curl -H 'Authorization: Bearer ${secret}' ${window.location.origin}/api/v1${path}`;
}

function Secret({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const { t } = useWords();
  const canRead = made.scopes.some((scope) => scope !== 'devices:write');
  return (
    <Stack gap="md">
      <Notice colour="wait">{t('apiKeys.once')}</Notice>
      <Copyable text={made.secret} />
      {canRead ? (
        <div>
          <Text size="sm">{t('apiKeys.tryIt')}</Text>
          <Copyable text={firstCall(made)} />
        </div>
      ) : null}
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('apiKeys.kept')}</Button>
      </Group>
    </Stack>
  );
}
