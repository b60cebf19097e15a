import { Checkbox, Radio, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Role } from '../../../protocol/api.ts';
import { isEmail } from '../../../protocol/email.ts';
import { useSession } from '../session/Session.tsx';
import { DialogForm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { conflictWord } from './failure-words.ts';
import { roleHints, rolesGivenBy, roleWords, seesBilling } from './roles.ts';

export interface UserDraft {
  email: string;
  role: Role;
  billing: boolean;
  tags: string[];
}

interface UserFormProps {
  draft: UserDraft;
  set: (draft: UserDraft) => void;
  /** Content above the fields common to all users. */
  children?: ReactNode;
  /** Content below them. */
  more?: ReactNode;
  /** Content to the left of the buttons. */
  aside?: ReactNode;
  hint: string | null;
  action: string;
  attempt: { isPending: boolean; error: unknown };
  onSubmit: () => void;
  onCancel: () => void;
  disabled: boolean;
}

/** Role, Billing, tags and e-mail of a user to be invited or edited. */
export function UserForm(props: UserFormProps) {
  const { t } = useWords();
  const { draft, set } = props;
  // A half-typed address is not an error.
  const [left, setLeft] = useState(false);
  const { isPending, error } = props.attempt;
  const conflict = conflictWord(error);
  return (
    <DialogForm
      action={props.action}
      attempt={{ isPending, error: conflict === null ? error : null }}
      disabled={props.disabled}
      onSubmit={props.onSubmit}
      onCancel={props.onCancel}
      aside={props.aside ?? null}
    >
      {props.children}
      <TextInput
        label={t('users.email')}
        inputMode="email"
        autoComplete="off"
        required
        maxLength={254}
        value={draft.email}
        error={left && draft.email !== '' && !isEmail(draft.email) ? t('signUp.emailWrong') : null}
        onBlur={() => setLeft(true)}
        onChange={(event) => set({ ...draft, email: event.currentTarget.value })}
      />
      <RoleChoice draft={draft} set={set} />
      <Sight draft={draft} set={set} />
      {props.more}
      {props.hint === null ? null : (
        <Text size="sm" role="status">
          {props.hint}
        </Text>
      )}
      {conflict === null ? null : (
        <Text role="alert" className="rc-danger">
          {t(conflict)}
        </Text>
      )}
    </DialogForm>
  );
}

type Part = Pick<UserFormProps, 'draft' | 'set'>;

function RoleChoice({ draft, set }: Part) {
  const { t } = useWords();
  const { role } = useSession();
  const choose = (chosen: string): void => {
    const found = rolesGivenBy(role).find((one) => one === chosen);
    if (found !== undefined) set({ ...draft, role: found, tags: found === 'domain-admin' ? [] : draft.tags });
  };
  return (
    <Radio.Group label={t('users.role')} value={draft.role} onChange={choose}>
      <Stack gap="xs" mt={6}>
        {rolesGivenBy(role).map((one) => (
          <Radio key={one} value={one} label={t(roleWords[one])} description={t(roleHints[one])} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

/** What the user sees: tags and Billing, which depend on each other. */
function Sight({ draft, set }: Part) {
  const { t } = useWords();
  const byRole = seesBilling({ ...draft, billing: false });
  return (
    <>
      <TagsInput
        label={t('users.tags')}
        description={t(draft.role === 'domain-admin' ? 'users.tagsNone' : 'users.tagsHint')}
        value={draft.tags}
        maxTags={32}
        maxLength={64}
        disabled={draft.role === 'domain-admin'}
        onChange={(tags) => set({ ...draft, tags })}
      />
      {draft.role === 'admin' && draft.tags.length > 0 ? <Text size="sm">{t('users.tagsAdmin')}</Text> : null}
      <Checkbox
        label={t('users.billingMay')}
        description={byRole ? t('users.billingByRole') : null}
        checked={byRole || draft.billing}
        disabled={byRole}
        onChange={(event) => set({ ...draft, billing: event.currentTarget.checked })}
      />
    </>
  );
}
