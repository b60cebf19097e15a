import { Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LOST_AFTER, type AlertRules, type AlertSettings } from '../../../protocol/api-alerts.ts';
import { useAllowed } from '../session/Session.tsx';
import { Panel, Save } from '../parts/pages.tsx';
import { Refused, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { browserZone } from '../words/zone.ts';
import { isUsable, previewQuery, rulesQuery, settingsOf, useSaveRules } from './queries.ts';

/** A half-typed number is not a rule. */
const TYPING_MS = 400;

/** P7: which alerts are mailed, where and when, and how many mails that would have produced. */
export function AlertRulesPanel() {
  const query = useQuery(rulesQuery);
  return query.data === undefined ? <Unread query={query} rows={4} /> : <RulesForm rules={query.data} />;
}

/** A domain that never set its time zone uses its admin's. */
function startOf(rules: AlertRules): AlertSettings {
  const settings = settingsOf(rules);
  return rules.changedAt === null ? { ...settings, timeZone: browserZone() } : settings;
}

function RulesForm({ rules }: { rules: AlertRules }) {
  const { t } = useWords();
  const allowed = useAllowed();
  const save = useSaveRules();
  const [draft, setDraft] = useState<Partial<AlertSettings>>({});
  const stored = startOf(rules);
  const settings = { ...stored, ...draft };
  const changed = JSON.stringify(settings) !== JSON.stringify(settingsOf(rules));
  const set = (patch: Partial<AlertSettings>): void => {
    save.reset();
    setDraft({ ...draft, ...patch });
  };
  return (
    <Panel title={t('alerts.rules')} onSubmit={() => save.mutate(settings, { onSuccess: () => setDraft({}) })}>
      <Kinds settings={settings} set={set} />
      <Where settings={settings} set={set} email={rules.domainEmail} />
      <When settings={settings} set={set} />
      <Preview settings={settings} />
      <Save
        attempt={save}
        action={t('alerts.save')}
        changed={changed}
        disabled={!allowed.change || !isUsable(settings)}
        saved={t('alerts.saved')}
      />
    </Panel>
  );
}

interface Part {
  settings: AlertSettings;
  set: (patch: Partial<AlertSettings>) => void;
}

function Kinds({ settings, set }: Part) {
  const { t } = useWords();
  const { lost } = settings;
  const kinds = [
    ['back', t('alerts.onBack')],
    ['pending', t('alerts.onPending')],
    ['clone', t('alerts.onClone')],
    ['credits', t('alerts.onCredits')],
    ['trial', t('alerts.onTrial')],
  ] as const;
  return (
    <Stack gap="sm">
      <Switch
        label={t('alerts.onLost')}
        description={t('alerts.lostHint')}
        checked={lost.on}
        onChange={(event) => set({ lost: { ...lost, on: event.currentTarget.checked } })}
      />
      {lost.on ? (
        <NumberInput
          label={t('alerts.afterMinutes')}
          value={lost.afterMinutes}
          min={LOST_AFTER.least}
          max={LOST_AFTER.most}
          allowDecimal={false}
          hideControls
          w={220}
          onChange={(value) => set({ lost: { ...lost, afterMinutes: Number(value) } })}
        />
      ) : null}
      {kinds.map(([kind, label]) => (
        <Switch
          key={kind}
          label={label}
          checked={settings[kind]}
          onChange={(event) => set({ [kind]: event.currentTarget.checked })}
        />
      ))}
    </Stack>
  );
}

function Where({ settings, set, email }: Part & { email: string }) {
  const { t } = useWords();
  return (
    <TextInput
      label={t('alerts.mailbox')}
      description={t('alerts.mailboxHint', { email })}
      inputMode="email"
      maxLength={254}
      value={settings.mailbox ?? ''}
      onChange={(event) => set({ mailbox: event.currentTarget.value === '' ? null : event.currentTarget.value })}
    />
  );
}

function When({ settings, set }: Part) {
  const { t } = useWords();
  const { quiet, pausedUntil, timeZone } = settings;
  const zones = Intl.supportedValuesOf('timeZone');
  return (
    <>
      <Switch
        label={t('alerts.quiet')}
        description={t('alerts.quietHint')}
        checked={quiet !== null}
        onChange={(event) => set({ quiet: event.currentTarget.checked ? { from: '22:00', to: '06:00' } : null })}
      />
      {quiet === null ? null : (
        <Group gap="sm">
          {(['from', 'to'] as const).map((end) => (
            <TextInput
              key={end}
              type="time"
              label={end === 'from' ? t('alerts.from') : t('alerts.to')}
              value={quiet[end]}
              onChange={(event) => set({ quiet: { ...quiet, [end]: event.currentTarget.value } })}
            />
          ))}
        </Group>
      )}
      <TextInput
        type="date"
        label={t('alerts.pausedUntil')}
        description={t('alerts.pausedHint')}
        value={pausedUntil ?? ''}
        styles={{ input: { maxWidth: 220 } }}
        onChange={(event) => set({ pausedUntil: event.currentTarget.value === '' ? null : event.currentTarget.value })}
      />
      <Select
        label={t('alerts.timeZone')}
        searchable
        allowDeselect={false}
        value={timeZone}
        data={zones.includes(timeZone) ? zones : [timeZone, ...zones]}
        limit={50}
        maw={320}
        onChange={(zone) => set({ timeZone: zone ?? timeZone })}
      />
    </>
  );
}

/** Previews the effect of these rules before they are saved. */
function Preview({ settings }: { settings: AlertSettings }) {
  const { t, formats } = useWords();
  const [asked] = useDebouncedValue(settings, TYPING_MS);
  const { data, error } = useQuery(previewQuery(asked));
  if (!isUsable(settings)) return <Text role="status">{t('alerts.wouldUnknown')}</Text>;
  if (error !== null) return <Refused error={error} />;
  const would =
    data === undefined
      ? t('alerts.wouldWait')
      : t('alerts.would', { count: data.mails, n: formats.number(data.mails), date: formats.day(data.from) });
  return (
    <Text role="status" fw={600}>
      {would}
    </Text>
  );
}
