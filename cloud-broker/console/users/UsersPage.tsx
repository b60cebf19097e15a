import { Button, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { User } from '../../../protocol/api-users.ts';
import { useAllowed } from '../session/Session.tsx';
import { PageHead } from '../parts/pages.tsx';
import { Empty, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { EditDialog } from './EditDialog.tsx';
import { InviteDialog } from './InviteDialog.tsx';
import { usersQuery } from './queries.ts';
import { RemoveDialog } from './RemoveDialog.tsx';
import { UserTable } from './UserTable.tsx';

/** Up to this many users need no search. */
const FEW_USERS = 12;

/** The users who may sign in to this domain, and what each of them sees (D6). */
export function UsersPage() {
  const { t } = useWords();
  const { change } = useAllowed();
  const query = useQuery(usersQuery);
  const [inviting, setInviting] = useState(false);
  return (
    <div className="rc-stack">
      <PageHead title={t('users.title')}>
        {query.data === undefined ? null : (
          <Button disabled={!change} onClick={() => setInviting(true)}>
            {t('users.invite')}
          </Button>
        )}
      </PageHead>
      {query.data === undefined ? <Unread query={query} /> : <Listing users={query.data} />}
      <InviteDialog opened={inviting} onClose={() => setInviting(false)} />
    </div>
  );
}

type Doing = { what: 'edit' | 'remove'; user: User } | null;

const holds = (user: User, typed: string): boolean =>
  [user.user, user.email, ...user.tags].some((text) => text.toLowerCase().includes(typed.trim().toLowerCase()));

function Listing({ users }: { users: readonly User[] }) {
  const { t, formats } = useWords();
  const [typed, setTyped] = useState('');
  const [doing, setDoing] = useState<Doing>(null);
  const found = typed.trim() === '' ? users : users.filter((user) => holds(user, typed));
  const close = (): void => setDoing(null);
  return (
    <>
      {users.length > FEW_USERS ? (
        <div className="rc-tools">
          <TextInput
            className="rc-search"
            type="search"
            aria-label={t('users.search')}
            placeholder={t('users.search')}
            value={typed}
            maxLength={100}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Text className="rc-dim" role="status">
            {t('users.found', { count: found.length, n: formats.number(found.length) })}
          </Text>
        </div>
      ) : null}
      {found.length === 0 ? (
        <Empty title={t('users.noMatch')}>
          <Button variant="default" onClick={() => setTyped('')}>
            {t('filter.clear')}
          </Button>
        </Empty>
      ) : (
        <UserTable users={found} onEdit={(user) => setDoing({ what: 'edit', user })} />
      )}
      {users.length === 1 ? <Text className="rc-dim">{t('users.onlyYou')}</Text> : null}
      {doing?.what === 'edit' ? (
        <EditDialog user={doing.user} onClose={close} onRemove={() => setDoing({ what: 'remove', user: doing.user })} />
      ) : null}
      {doing?.what === 'remove' ? <RemoveDialog user={doing.user} onClose={close} /> : null}
    </>
  );
}
