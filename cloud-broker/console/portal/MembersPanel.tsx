import { Button, Select, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portalRoles, type PortalMember, type PortalOrganization, type PortalRole } from '../../../protocol/api-portal.ts';
import { change } from '../api/client.ts';
import { rowsIn } from '../api/pages.ts';
import { Confirm } from '../parts/Dialog.tsx';
import { Panel } from '../parts/pages.tsx';
import { More, Refused, Unread } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { InviteMember } from './InviteMember.tsx';
import { membersQuery, usePortalChange } from './queries.ts';
import { roleWords } from './roles.ts';

/** One organisation: its members and open invitations. Admins invite, change and remove; everybody may leave. */
export function MembersPanel({ organization }: { organization: PortalOrganization }) {
  const { t } = useWords();
  const query = useInfiniteQuery(membersQuery(organization.id));
  const isAdmin = organization.role === 'admin';
  return (
    <Panel title={organization.name} isLandmark>
      {query.data === undefined ? <Unread query={query} rows={2} /> : null}
      <ul className="rc-members">
        {rowsIn(query.data).map((member) => (
          <MemberRow key={member.id} organizationId={organization.id} member={member} isAdmin={isAdmin} />
        ))}
      </ul>
      <More query={query} />
      {isAdmin ? <InviteMember organizationId={organization.id} /> : <Text className="rc-dim">{t('portal.onlyAdmins')}</Text>}
    </Panel>
  );
}

interface MemberRowProps {
  organizationId: string;
  member: PortalMember;
  isAdmin: boolean;
}

const pathOf = (organizationId: string, member: PortalMember): string =>
  `/portal/organizations/${encodeURIComponent(organizationId)}/members/${encodeURIComponent(member.id)}`;

function MemberRow({ organizationId, member, isAdmin }: MemberRowProps) {
  const { t, formats } = useWords();
  const [removing, setRemoving] = useState(false);
  const [shownAt] = useState(() => Date.now());
  const setRole = usePortalChange((role: PortalRole) => change('PATCH', pathOf(organizationId, member), { role }));
  const invitedUntil = member.invitedUntil;
  return (
    <li>
      <div className="rc-member">
        <div className="rc-wrap">
          <b>{member.name ?? member.email}</b> {member.you ? <span className="rc-tag">{t('portal.you')}</span> : null}
          {member.name === null ? null : <div className="rc-dim">{member.email}</div>}
          {invitedUntil === null ? null : (
            <div className="rc-dim">
              {Date.parse(invitedUntil) > shownAt
                ? t('portal.invitedUntil', { date: formats.exact(invitedUntil) })
                : t('portal.invitedPast')}
            </div>
          )}
        </div>
        {isAdmin ? (
          <Select
            className="rc-member-role"
            aria-label={t('portal.roleOf', { person: member.name ?? member.email })}
            allowDeselect={false}
            value={member.role}
            disabled={setRole.isPending}
            data={portalRoles.map((role) => ({ value: role, label: t(roleWords[role]) }))}
            onChange={(value) => {
              const role = portalRoles.find((one) => one === value);
              if (role !== undefined && role !== member.role) setRole.mutate(role);
            }}
          />
        ) : (
          <span>{t(roleWords[member.role])}</span>
        )}
        {isAdmin || member.you ? (
          <Button
            variant="default"
            aria-label={t(member.you ? 'portal.leave' : 'portal.removeOf', { person: member.name ?? member.email })}
            onClick={() => setRemoving(true)}
          >
            {t(member.you ? 'portal.leave' : 'portal.remove')}
          </Button>
        ) : null}
      </div>
      <Refused error={setRole.error} />
      {removing ? <RemoveDialog organizationId={organizationId} member={member} onClose={() => setRemoving(false)} /> : null}
    </li>
  );
}

/** One dialog states what is lost (principle 8). */
function RemoveDialog({ organizationId, member, onClose }: Omit<MemberRowProps, 'isAdmin'> & { onClose: () => void }) {
  const { t } = useWords();
  const remove = usePortalChange(() => change('DELETE', pathOf(organizationId, member)));
  const text = member.you ? 'portal.leaveText' : member.invitedUntil === null ? 'portal.removeText' : 'portal.removeInvited';
  return (
    <Confirm
      title={t(member.you ? 'portal.leave' : 'portal.removeOf', { person: member.name ?? member.email })}
      onClose={onClose}
      action={t(member.you ? 'portal.leave' : 'portal.remove')}
      look={{ color: 'red' }}
      attempt={remove}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
    >
      <Text>{t(text)}</Text>
    </Confirm>
  );
}
