import { Button, Group, Modal, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { portalRoles, type PortalMember, type PortalOrganization, type PortalRole } from '../../../protocol/api-portal.ts';
import { change } from '../api/client.ts';
import { ErrorPanel, Refused, RowsLoading } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { InviteMember } from './InviteMember.tsx';
import { membersQuery, usePortalChange } from './queries.ts';
import { roleWords } from './roles.ts';

/** One organisation: its members and open invitations; an admin invites, changes and takes away, everybody may leave. */
export function MembersPanel({ organization }: { organization: PortalOrganization }) {
  const { t } = useWords();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    membersQuery(organization.id),
  );
  const members = data?.pages.flatMap((page) => page.items) ?? [];
  const isAdmin = organization.role === 'admin';
  return (
    <Paper className="rc-panel" component="section" p="xl" aria-label={organization.name}>
      <Stack gap="md">
        <Title order={2} size="h3" className="rc-wrap">
          {organization.name}
        </Title>
        {data === undefined && error === null ? <RowsLoading rows={2} /> : null}
        {data === undefined && error !== null ? <ErrorPanel error={error} retry={() => void refetch()} /> : null}
        <ul className="rc-members">
          {members.map((member) => (
            <MemberRow key={member.id} organizationId={organization.id} member={member} isAdmin={isAdmin} />
          ))}
        </ul>
        {hasNextPage ? (
          <Group>
            <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {t('rows.more')}
            </Button>
          </Group>
        ) : null}
        {isAdmin ? <InviteMember organizationId={organization.id} /> : <Text className="rc-dim">{t('portal.onlyAdmins')}</Text>}
      </Stack>
    </Paper>
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
      {setRole.isError ? <Refused error={setRole.error} /> : null}
      {removing ? <RemoveDialog organizationId={organizationId} member={member} onClose={() => setRemoving(false)} /> : null}
    </li>
  );
}

/** One dialog says what is lost (principle 8). */
function RemoveDialog({
  organizationId,
  member,
  onClose,
}: {
  organizationId: string;
  member: PortalMember;
  onClose: () => void;
}) {
  const { t } = useWords();
  const remove = usePortalChange(() => change('DELETE', pathOf(organizationId, member)));
  const text = member.you ? 'portal.leaveText' : member.invitedUntil === null ? 'portal.removeText' : 'portal.removeInvited';
  const person = member.name ?? member.email;
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span className="rc-wrap">{t(member.you ? 'portal.leave' : 'portal.removeOf', { person })}</span>}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Text>{t(text)}</Text>
        {remove.isError ? <Refused error={remove.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined, { onSuccess: onClose })}>
            {t(member.you ? 'portal.leave' : 'portal.remove')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
