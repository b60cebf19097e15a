import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { User } from '../../../protocol/api-users.ts';
import { useAllowed } from '../app/Session.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { useRemoveUser } from './queries.ts';

/** Removing ends a user, so one dialog says what is lost and what stays (principle 8). */
export function RemoveDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useWords();
  const { change } = useAllowed();
  const remove = useRemoveUser(user.id);
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="rc-wrap">{t('users.removeTitle', { user: user.user })}</span>}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Text>{t(user.state === 'invited' ? 'users.removeInvited' : 'users.removeText')}</Text>
        <Text>{t('users.removeKept')}</Text>
        {remove.isError ? <Refused error={remove.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            color="red"
            disabled={!change}
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined, { onSuccess: onClose })}
          >
            {t('users.remove')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
