import { Button, Group, Select, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { DomainSettings } from '../../../protocol/api-domain.ts';
import { useAllowed } from '../session/Session.tsx';
import { Copyable } from '../parts/Copyable.tsx';
import { Panel } from '../parts/pages.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useChangeDomain, useNewPairingCode, useNoPairingCode } from './queries.ts';

/** D7, E6: what new boards must know, and whether they must be in the register. */
export function NewBoards({ domain }: { domain: DomainSettings }) {
  const { t } = useWords();
  return (
    <Panel title={t('settings.newBoards')} gap="lg">
      <PairingCode domain={domain} />
      <Unlisted domain={domain} />
    </Panel>
  );
}

const DAYS = [0, 1, 3, 7] as const;

function PairingCode({ domain }: { domain: DomainSettings }) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const [days, setDays] = useState<number>(0);
  const make = useNewPairingCode();
  const none = useNoPairingCode();
  const { pairingCode, previousCodeUntil } = domain;
  const error = make.error ?? none.error;
  return (
    <Stack gap="xs" align="flex-start">
      <Title order={3} size="h5">
        {t('pairing.title')}
      </Title>
      <Text size="sm">{pairingCode === null ? t('pairing.none') : t('pairing.asked')}</Text>
      {pairingCode === null ? null : (
        <div className="rc-pairing">
          <Copyable text={pairingCode} />
        </div>
      )}
      {previousCodeUntil === null ? null : (
        <Text className="rc-dim">{t('pairing.previousUntil', { time: formats.exact(previousCodeUntil) })}</Text>
      )}
      <Refused error={error} />
      <Group gap="sm" align="flex-end">
        {pairingCode === null ? null : (
          <Select
            label={t('pairing.keepOld')}
            value={String(days)}
            data={DAYS.map((count) => ({
              value: String(count),
              label: count === 0 ? t('pairing.notAtAll') : t('pairing.days', { count, n: String(count) }),
            }))}
            allowDeselect={false}
            w={200}
            onChange={(value) => setDays(Number(value ?? 0))}
          />
        )}
        <Button
          variant="default"
          disabled={!change}
          loading={make.isPending}
          onClick={() => {
            none.reset();
            make.mutate(pairingCode === null ? 0 : days);
          }}
        >
          {pairingCode === null ? t('pairing.make') : t('pairing.replace')}
        </Button>
        {pairingCode === null ? null : (
          <Button
            variant="default"
            disabled={!change}
            loading={none.isPending}
            onClick={() => {
              make.reset();
              none.mutate();
            }}
          >
            {t('pairing.remove')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** The switch states its effect before it is used. */
function Unlisted({ domain }: { domain: DomainSettings }) {
  const { t, formats } = useWords();
  const { change } = useAllowed();
  const save = useChangeDomain();
  const accepts = domain.unlisted === 'accept';
  const count = domain.wouldEnrol;
  const would =
    domain.pairingCode === null ? t('unlisted.wouldEnrol', { count, n: formats.number(count) }) : t('unlisted.withCode');
  const effect = accepts ? t('unlisted.accepted') : would;
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {t('unlisted.title')}
      </Title>
      <Switch
        label={t('unlisted.accept')}
        description={effect}
        checked={accepts}
        disabled={!change || save.isPending}
        onChange={(event) => save.mutate({ unlisted: event.currentTarget.checked ? 'accept' : 'approve' })}
      />
      <Refused error={save.error} />
    </Stack>
  );
}
