import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DomainSettings } from '../../../protocol/api-domain.ts';
import { isEmail } from '../../../protocol/email.ts';
import { useAllowed } from '../session/Session.tsx';
import { LanguageChoice } from '../parts/LanguageChoice.tsx';
import { Panel, Save } from '../parts/pages.tsx';
import { PasswordField } from '../sign-in/PasswordField.tsx';
import { useWords } from '../words/words.ts';
import { useChangeDomain } from './queries.ts';

const fields = ['organization', 'contactName', 'phone', 'email', 'language'] as const;
type Draft = Pick<DomainSettings, (typeof fields)[number]>;

/** The domain's name and contact data. Only changes are sent; a new e-mail requires the password (D8's mails go there too). */
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
    <Panel title={t('settings.domain')} onSubmit={submit}>
      <Fields shown={shown} set={set} />
      {newEmail ? (
        <PasswordField
          label={t('settings.passwordAgain')}
          description={t('settings.passwordForEmail')}
          kind="current"
          value={password}
          onChange={setPassword}
        />
      ) : null}
      <LanguageChoice label={t('settings.language')} language={shown.language} choose={(language) => set({ language })} />
      <Save
        attempt={save}
        action={t('settings.save')}
        changed={changed.length > 0}
        disabled={!allowed.change || (newEmail && !isEmail(shown.email))}
        saved={t('settings.saved')}
      />
    </Panel>
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
        onChange={(event) => set({ email: event.currentTarget.value })}
      />
    </>
  );
}
