import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { isEmail } from '../../../protocol/email.ts';
import { userName } from '../../../protocol/api-users.ts';
import type { Language } from '../../../protocol/errors.ts';
import { useAllowed, useSession } from '../session/Session.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { LanguageChoice } from '../parts/LanguageChoice.tsx';
import { useWords } from '../words/words.ts';
import { useInvite } from './queries.ts';
import { UserForm } from './UserForm.tsx';
import type { UserDraft } from './UserForm.tsx';

const nobody: UserDraft = { email: '', role: 'user', billing: false, tags: [] };

/** Invites a user by mail. They have no access before opening the link and choosing a password. */
export function InviteDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog title={t('users.invite')} opened={opened} onClose={onClose}>
      <Invite onClose={onClose} />
    </Dialog>
  );
}

function Invite({ onClose }: { onClose: () => void }) {
  const { t, language: spoken } = useWords();
  const { domain } = useSession();
  const allowed = useAllowed();
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(nobody);
  const [language, setLanguage] = useState<Language>(spoken);
  const invite = useInvite();
  const typed = userName.safeParse(name);
  const complete = typed.success && isEmail(draft.email);
  const submit = (): void => {
    if (typed.success) invite.mutate({ ...draft, name: typed.data, email: draft.email.trim(), language }, { onSuccess: onClose });
  };
  return (
    <UserForm
      draft={draft}
      set={setDraft}
      hint={t('users.inviteHint')}
      action={t('users.send')}
      attempt={invite}
      onSubmit={submit}
      onCancel={onClose}
      disabled={!complete || !allowed.change}
      more={<LanguageChoice label={t('users.language')} language={language} choose={setLanguage} />}
    >
      <TextInput
        label={t('users.name')}
        description={typed.success ? t('signUp.nameFree', { user: `${typed.data}@${domain.name}` }) : t('users.nameHint')}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        data-autofocus
        maxLength={64}
        value={name}
        error={name !== '' && !typed.success ? t('users.nameWrong') : null}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </UserForm>
  );
}
