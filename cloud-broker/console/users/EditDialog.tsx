import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { isEmail } from '../../../protocol/email.ts';
import type { User, UserPatch } from '../../../protocol/api-users.ts';
import { useAllowed, useSession } from '../session/Session.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useChangeUser } from './queries.ts';
import { UserForm } from './UserForm.tsx';
import type { UserDraft } from './UserForm.tsx';

interface EditDialogProps {
  user: User;
  onClose: () => void;
  onRemove: () => void;
}

/** The changes to the user; null if there are none. */
function patchOf(user: User, draft: UserDraft): UserPatch | null {
  const email = draft.email.trim().toLowerCase();
  const patch: UserPatch = {
    ...(draft.role === user.role ? {} : { role: draft.role }),
    ...(draft.billing === user.billing ? {} : { billing: draft.billing }),
    ...(JSON.stringify(draft.tags) === JSON.stringify(user.tags) ? {} : { tags: draft.tags }),
    ...(email === user.email ? {} : { email }),
  };
  return Object.keys(patch).length === 0 ? null : patch;
}

/** Edits one user and states first what saving does to their sessions and links. */
export function EditDialog({ user, onClose, onRemove }: EditDialogProps) {
  const { t } = useWords();
  const session = useSession();
  const allowed = useAllowed();
  const { email, role, billing, tags } = user;
  const [draft, setDraft] = useState<UserDraft>({ email, role, billing, tags });
  const save = useChangeUser(user.id);
  const patch = patchOf(user, draft);
  const isSelf = user.user === session.user;
  const hint = (): string | null => {
    if (patch === null) return null;
    if (patch.email !== undefined && user.state === 'invited') return t('users.moveHint');
    const ends = patch.role !== undefined || patch.billing !== undefined || patch.tags !== undefined;
    if (!ends || user.state === 'invited') return null;
    return t(isSelf ? 'users.endsOwn' : 'users.ends');
  };
  return (
    <Dialog title={user.user} onClose={onClose}>
      <UserForm
        draft={draft}
        set={setDraft}
        hint={hint()}
        action={t('edit.save')}
        attempt={save}
        onSubmit={() => (patch === null ? onClose() : save.mutate(patch, { onSuccess: onClose }))}
        onCancel={onClose}
        disabled={patch === null || !isEmail(draft.email) || !allowed.change}
        aside={
          <Button variant="default" className="rc-danger" disabled={!allowed.change} onClick={onRemove}>
            {t('users.remove')}
          </Button>
        }
      >
        {isSelf ? <Text className="rc-dim">{t('users.isYou')}</Text> : null}
      </UserForm>
    </Dialog>
  );
}
