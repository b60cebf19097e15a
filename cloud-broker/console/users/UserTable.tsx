import { Button, UnstyledButton } from '@mantine/core';
import type { User } from '../../../protocol/api-users.ts';
import { failureWords } from '../api/failure.ts';
import { useAllowed, useSession } from '../session/Session.tsx';
import { useLost } from '../live/Live.tsx';
import { Ago } from '../parts/Time.tsx';
import { Cell, VirtualTable } from '../parts/VirtualTable.tsx';
import { useWords } from '../words/words.ts';
import { useResend } from './queries.ts';
import { mayManage, roleWords, seesBilling } from './roles.ts';

const ROW_PX = { wide: 60, narrow: 150 };
/** Tags shown in a row; the dialog shows all of them. */
const ROW_TAGS = 4;
const nothing = (): void => undefined;

export function UserTable({ users, onEdit }: { users: readonly User[]; onEdit: (user: User) => void }) {
  const { t } = useWords();
  const lost = useLost();
  return (
    <div className={`rc-panel${lost ? ' rc-pale' : ''}`}>
      <VirtualTable
        label={t('users.title')}
        layout="rc-users"
        columns={[
          t('users.user'),
          t('users.role'),
          t('billing.title'),
          t('users.sight'),
          t('users.secondFactor'),
          t('users.lastSignIn'),
        ]}
        rows={users}
        total={users.length}
        rowKey={(user) => user.id}
        renderCells={(user) => <Cells user={user} onEdit={onEdit} />}
        rowHeight={ROW_PX}
        more={false}
        fetchMore={nothing}
      />
    </div>
  );
}

function Cells({ user, onEdit }: { user: User; onEdit: (user: User) => void }) {
  const { t } = useWords();
  const session = useSession();
  const you = user.user === session.user ? <span className="rc-dim"> {t('users.you')}</span> : null;
  return (
    <>
      <Cell area="user">
        {mayManage(session, user) ? (
          <UnstyledButton className="rc-row-link" onClick={() => onEdit(user)}>
            {user.name}
          </UnstyledButton>
        ) : (
          <b>{user.name}</b>
        )}
        {you}
        <div className="rc-dim rc-wrap">{user.email}</div>
      </Cell>
      <Cell area="role">{t(roleWords[user.role])}</Cell>
      <Cell area="billing" name={t('billing.title')}>
        {t(seesBilling(user) ? 'yes' : 'no')}
      </Cell>
      <Cell area="sight">
        <Sight user={user} />
      </Cell>
      <Cell area="factor" name={t('users.secondFactor')}>
        {t(user.secondFactor ? 'yes' : 'no')}
      </Cell>
      <Cell area="signin" name={t('users.lastSignIn')}>
        {user.state === 'invited' ? <Invited user={user} /> : <Ago at={user.lastSignInAt} />}
      </Cell>
    </>
  );
}

function Sight({ user }: { user: User }) {
  const { t, formats } = useWords();
  const { seen, all } = user.devices;
  const left = user.tags.length - ROW_TAGS;
  return (
    <>
      {user.tags.length === 0 ? null : (
        <div className="rc-tags">
          {user.tags.slice(0, ROW_TAGS).map((tag) => (
            <span key={tag} className="rc-tag" title={tag}>
              {tag}
            </span>
          ))}
          {left > 0 ? <span className="rc-dim">+{left}</span> : null}
        </div>
      )}
      <div className="rc-dim">{t('users.sees', { count: seen, seen: formats.number(seen), all: formats.number(all) })}</div>
    </>
  );
}

/** An invitation not yet accepted: until when its link is valid, and a way to send another. */
function Invited({ user }: { user: User }) {
  const { t, formats, language } = useWords();
  const session = useSession();
  const { change } = useAllowed();
  const resend = useResend(user.id);
  const ends = user.invitationEndsAt;
  const state = (): string => {
    if (resend.isError) return failureWords(resend.error, language).message;
    if (resend.isSuccess) return t('users.resent');
    return ends === null ? t('users.linkOver') : t('users.linkUntil', { day: formats.day(ends) });
  };
  return (
    <>
      <div className="rc-invited">
        {t('users.invited')}
        {mayManage(session, user) && !resend.isSuccess ? (
          <Button
            className="rc-again"
            size="compact-xs"
            variant="default"
            disabled={!change}
            loading={resend.isPending}
            onClick={() => resend.mutate()}
          >
            {t('users.resend')}
          </Button>
        ) : null}
      </div>
      <div className="rc-dim" role="status" title={ends === null ? undefined : formats.exact(ends)}>
        {state()}
      </div>
    </>
  );
}
