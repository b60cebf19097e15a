import { Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { apiScopes } from '../../../protocol/api-keys.ts';
import type { ApiScope, NewApiKey } from '../../../protocol/api-keys.ts';
import { Copyable } from '../parts/Copyable.tsx';
import { Dialog, DialogForm, ShownOnce } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useNewApiKey } from './queries.ts';
import { scopeWords } from './scopes.ts';

/** Makes a key and shows it, this once. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const make = useNewApiKey();
  const made = make.data;
  return (
    <Dialog
      title={made === undefined ? t('apiKeys.make') : t('apiKeys.made', { name: made.name })}
      size="lg"
      stays={made !== undefined}
      onClose={onClose}
    >
      {made === undefined ? <Fields make={make} onClose={onClose} /> : <Secret made={made} onClose={onClose} />}
    </Dialog>
  );
}

function Fields({ make, onClose }: { make: ReturnType<typeof useNewApiKey>; onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly ApiScope[]>(['devices:read']);
  const complete = name.trim() !== '' && scopes.length > 0;
  return (
    <DialogForm
      action={t('apiKeys.make')}
      attempt={make}
      disabled={!complete}
      onSubmit={() => make.mutate({ name, scopes: [...scopes] })}
      onCancel={onClose}
    >
      <TextInput
        label={t('apiKeys.name')}
        description={t('apiKeys.nameHint')}
        value={name}
        maxLength={64}
        autoComplete="off"
        required
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
    </DialogForm>
  );
}

/** A first call that this key allows, ready to try. */
function firstCall({ scopes, secret }: NewApiKey): string {
  const path = scopes.includes('devices:read') ? '/devices' : '/billing';
  return `curl -H 'Authorization: Bearer ${secret}' ${window.location.origin}/api/v1${path}`;
}

function Secret({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const { t } = useWords();
  const canRead = made.scopes.some((scope) => scope !== 'devices:write');
  return (
    <ShownOnce notice={t('apiKeys.once')} secret={made.secret} kept={t('apiKeys.kept')} onClose={onClose}>
      {canRead ? (
        <div>
          <Text size="sm">{t('apiKeys.tryIt')}</Text>
          <Copyable text={firstCall(made)} />
        </div>
      ) : null}
    </ShownOnce>
  );
}
