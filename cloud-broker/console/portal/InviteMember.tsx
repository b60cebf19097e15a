import { Button, Checkbox, Text } from '@mantine/core';
import { useState } from 'react';
import { isEmail } from '../../../protocol/email.ts';
import { change } from '../api/client.ts';
import { Failure } from '../api/failure.ts';
import { submitting } from '../parts/Form.tsx';
import { Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';
import { usePortalChange } from './queries.ts';

const isMember = (error: unknown): boolean => error instanceof Failure && error.details?.['reason'] === 'member-already';

/** Invites by mail; somebody already invited gets a new link. */
export function InviteMember({ organizationId }: { organizationId: string }) {
  const { t } = useWords();
  const [email, setEmail] = useState('');
  const [asAdmin, setAsAdmin] = useState(false);
  const [tried, setTried] = useState(false);
  const invite = usePortalChange((to: string) =>
    change('POST', `/portal/organizations/${encodeURIComponent(organizationId)}/invitations`, {
      email: to,
      role: asAdmin ? 'admin' : 'member',
    }),
  );
  const submit = (): void => {
    setTried(true);
    if (!isEmail(email)) return;
    const done = (): void => {
      setEmail('');
      setAsAdmin(false);
      setTried(false);
    };
    invite.mutate(email.trim(), { onSuccess: done });
  };
  const refusal = isMember(invite.error) ? (
    <Text role="alert">{t('portal.memberAlready')}</Text>
  ) : (
    <Refused error={invite.error} />
  );
  return (
    <form className="rc-invite" onSubmit={submitting(submit)} noValidate>
      <EmailField value={email} wrong={tried && !isEmail(email)} onChange={setEmail} ofSomebodyElse />
      <Checkbox label={t('portal.asAdmin')} checked={asAdmin} onChange={(event) => setAsAdmin(event.currentTarget.checked)} />
      <Button type="submit" variant="default" loading={invite.isPending}>
        {t('portal.invite')}
      </Button>
      {invite.isError ? refusal : null}
      {invite.isSuccess ? <Text role="status">{t('portal.invited', { email: invite.variables })}</Text> : null}
    </form>
  );
}
