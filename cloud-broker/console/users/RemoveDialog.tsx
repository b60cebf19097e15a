import { Text } from '@mantine/core';
import type { User } from '../../../protocol/api-users.ts';
import { useAllowed } from '../session/Session.tsx';
import { Confirm } from '../parts/Dialog.tsx';
import { useWords } from '../words/words.ts';
import { useRemoveUser } from './queries.ts';

/** Removing ends a user's access, so one dialog states what is lost and what is kept (principle 8). */
export function RemoveDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useWords();
  const { change } = useAllowed();
  const remove = useRemoveUser(user.id);
  return (
    <Confirm
      title={t('users.removeTitle', { user: user.user })}
      onClose={onClose}
      action={t('users.remove')}
      look={{ color: 'red' }}
      attempt={remove}
      disabled={!change}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
    >
      <Text>{t(user.state === 'invited' ? 'users.removeInvited' : 'users.removeText')}</Text>
      <Text>{t('users.removeKept')}</Text>
    </Confirm>
  );
}
