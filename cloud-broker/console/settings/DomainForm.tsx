import { Button, Group, Paper, PasswordInput, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { DomainSettings } from '../../../protocol/api-domain.ts';
import { isEmail } from '../../../protocol/email.ts';
import { useAllowed } from '../app/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useChangeDomain } from './queries.ts';

const fields = ['organization', 'contactName', 'phone', 'email', 'language'] as const;
type Draft = Pick<DomainSettings, (typeof fields)[number]>;

/** How the domain is called and reached. Only what was changed is sent; another e-mail asks for the password (D8's mails go there too). */
export function DomainForm({ domain }: { domain: DomainSettings }) {
  const { t } = useWords();
  const allowed = useAllowed();
  const [draft, setDraft] = useState<Partial<Draft>>({});
  const [password, setPassword] = useState('');
  const save = useChangeDomain();
  const shown: Draft = { ...domain, ...draft };
  const changed = fields.filter((field) => shown[field] !== domain[field]);
  const newEmail = changed.includes('email');
  const set = (patch: Partial<Draft>): void => {
    save.reset();
    setDraft({ ...draft, ...patch });
  };
  const submit = (): void => {
    const patch = Object.fromEntries(changed.map((field) => [field, shown[field]]));
    save.mutate(newEmail ? { ...patch, password } : patch, {
      onSuccess: () => {
        setDraft({});
        setPassword('');
      },
    });
  };
  return (
    <Paper
      className="rc-panel"
      component="form"
      p="xl"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="md">
        <Title order={2} size="h3">
          {t('settings.domain')}
        </Title>
        <Fields shown={shown} set={set} />
        {newEmail ? <PasswordAgain value={password} onChange={setPassword} /> : null}
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t('settings.language')}
          </Text>
          <SegmentedControl
            aria-label={t('settings.language')}
            value={shown.language}
            data={[
              { value: 'en', label: 'English' },
              { value: 'fr', label: 'Français' },
            ]}
            onChange={(value) => set({ language: value === 'fr' ? 'fr' : 'en' })}
          />
        </Stack>
        {save.isError ? <Refused error={save.error} /> : null}
        <Group gap="md">
          <Button
            type="submit"
            loading={save.isPending}
            disabled={changed.length === 0 || !allowed.change || (newEmail && !isEmail(shown.email))}
          >
            {t('settings.save')}
          </Button>
          <Text className="rc-dim" role="status">
            {save.isSuccess && changed.length === 0 ? t('settings.saved') : ''}
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}

function PasswordAgain({ value, onChange }: { value: string; onChange: (password: string) => void }) {
  const { t } = useWords();
  return (
    <PasswordInput
      label={t('settings.passwordAgain')}
      description={t('settings.passwordForEmail')}
      value={value}
      autoComplete="current-password"
      maxLength={256}
      required
      withAsterisk={false}
      visibilityToggleButtonProps={{ 'aria-label': t('session.showPassword') }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Fields({ shown, set }: { shown: Draft; set: (patch: Partial<Draft>) => void }) {
  const { t } = useWords();
  return (
    <>
      <TextInput
        label={t('settings.organization')}
        value={shown.organization}
        maxLength={128}
        required
        withAsterisk={false}
        onChange={(event) => set({ organization: event.currentTarget.value })}
      />
      <TextInput
        label={t('settings.contactName')}
        value={shown.contactName}
        maxLength={128}
        onChange={(event) => set({ contactName: event.currentTarget.value })}
      />
      <TextInput
        label={t('settings.phone')}
        type="tel"
        value={shown.phone}
        maxLength={128}
        onChange={(event) => set({ phone: event.currentTarget.value })}
      />
      <TextInput
        label={t('settings.email')}
        inputMode="email"
        value={shown.email}
        error={isEmail(shown.email) ? null : t('signUp.emailWrong')}
        maxLength={254}
        required
        withAsterisk={false}
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
    </>
  );
}
