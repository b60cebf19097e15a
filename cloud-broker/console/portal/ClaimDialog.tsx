import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { claimPreview, portalSubscription, type ClaimPreview, type PortalSubscription } from '../../../protocol/api-portal.ts';
import { ask } from '../api/client.ts';
import { Failure, hasCode } from '../api/failure.ts';
import { Link } from '../app/Address.tsx';
import { Copyable } from '../parts/Copyable.tsx';
import { Dialog, DialogForm } from '../parts/Dialog.tsx';
import { Fact, Facts, Refused } from '../parts/panels.tsx';
import { useWords } from '../words/words.ts';
import { Models } from './Models.tsx';
import { organizationsQuery, usePortalChange } from './queries.ts';

/** K3, K4: the code, what it stands for, then the product key. Nothing is claimed before the user has seen it. */
export function ClaimDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog title={t('portal.claimStart')} opened={opened} onClose={onClose}>
      <Steps onClose={onClose} />
    </Dialog>
  );
}

function Steps({ onClose }: { onClose: () => void }) {
  const [code, setCode] = useState('');
  const [seen, setSeen] = useState<ClaimPreview | null>(null);
  const [claimed, setClaimed] = useState<PortalSubscription | null>(null);
  if (claimed !== null) return <Claimed subscription={claimed} onClose={onClose} />;
  if (seen === null) return <CodeStep code={code} setCode={setCode} onSeen={setSeen} onClose={onClose} />;
  return <ClaimStep code={code} seen={seen} onBack={() => setSeen(null)} onClaimed={setClaimed} onClose={onClose} />;
}

interface CodeStepProps {
  code: string;
  setCode: (code: string) => void;
  onSeen: (seen: ClaimPreview) => void;
  onClose: () => void;
}

const isMistyped = (error: unknown): boolean =>
  hasCode(error, 'claim-not-valid') && error instanceof Failure && error.details?.['reason'] === 'mistyped';

function CodeStep({ code, setCode, onSeen, onClose }: CodeStepProps) {
  const { t } = useWords();
  const look = usePortalChange(() => ask('/portal/claims/preview', claimPreview, { code: code.trim() }));
  const isFilled = code.trim() !== '';
  const mistyped = isMistyped(look.error);
  return (
    <DialogForm
      action={t('signUp.continue')}
      attempt={{ isPending: look.isPending, error: mistyped ? null : look.error }}
      disabled={!isFilled}
      onSubmit={() => look.mutate(undefined, { onSuccess: onSeen })}
      onCancel={onClose}
    >
      <TextInput
        label={t('portal.code')}
        description={t('portal.codeHint')}
        name="claim-code"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        data-autofocus
        maxLength={64}
        classNames={{ input: 'rc-mono' }}
        value={code}
        error={mistyped ? t('portal.codeMistyped') : null}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          look.reset();
        }}
      />
    </DialogForm>
  );
}

interface ClaimStepProps {
  code: string;
  seen: ClaimPreview;
  onBack: () => void;
  onClaimed: (subscription: PortalSubscription) => void;
  onClose: () => void;
}

function ClaimStep({ code, seen, onBack, onClaimed, onClose }: ClaimStepProps) {
  const { t } = useWords();
  const organizations = useQuery(organizationsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const mine = (organizations.data ?? []).filter(({ role }) => role === 'admin');
  const organizationId = chosen ?? mine[0]?.id ?? null;
  const claim = usePortalChange(() => ask('/portal/claims', portalSubscription, { code: code.trim(), organizationId }));
  const noAdmin = organizations.data !== undefined && mine.length === 0;
  if (seen.claimedBy !== null) {
    return (
      <Stack gap="md">
        <Preview seen={seen} />
        <Text role="status">{t('portal.ownAlready', { organization: seen.claimedBy.name })}</Text>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('close')}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <DialogForm
      action={t('portal.claim')}
      attempt={claim}
      disabled={organizationId === null}
      onSubmit={() => claim.mutate(undefined, { onSuccess: onClaimed })}
      cancel={t('signUp.back')}
      onCancel={onBack}
    >
      <Preview seen={seen} />
      {mine.length > 1 ? (
        <Select
          label={t('portal.forOrganization')}
          allowDeselect={false}
          value={organizationId}
          data={mine.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setChosen}
        />
      ) : null}
      {mine.length === 1 ? <Text className="rc-wrap">{t('portal.forThis', { organization: mine[0]?.name ?? '' })}</Text> : null}
      {noAdmin ? <Text role="status">{t('portal.notAdmin')}</Text> : null}
      <Refused error={organizations.error} />
    </DialogForm>
  );
}

function Preview({ seen }: { seen: ClaimPreview }) {
  const { t, formats } = useWords();
  return (
    <>
      <Facts>
        <Fact name={t('portal.product')}>{seen.product}</Fact>
        <Fact name={t('portal.invoice')}>{seen.invoice}</Fact>
        <Fact name={t('portal.boards')}>
          <Models boards={seen.boards} models={seen.models} />
        </Fact>
        <Fact name={t('portal.purchased')}>{formats.date(seen.purchasedOn)}</Fact>
      </Facts>
      {seen.claimedBy === null ? <Text fw={600}>{t('portal.claimBefore', { date: formats.date(seen.claimBefore) })}</Text> : null}
    </>
  );
}

/** The last step of a claim: the key, and where to enter it. */
function Claimed({ subscription, onClose }: { subscription: PortalSubscription; onClose: () => void }) {
  const { t, formats } = useWords();
  return (
    <Stack gap="md">
      <Text role="status" fw={600}>
        {t('portal.claimed', { organization: subscription.organization.name })}
      </Text>
      <div>
        <span className="rc-dim">
          {t('portal.keyOf', { count: subscription.credits, n: formats.number(subscription.credits) })}
        </span>
        <Copyable text={subscription.key} />
      </div>
      <Text>
        {t('portal.keyUse')}{' '}
        <Link to={{ page: 'billing' }} className="rc-more">
          {t('portal.toBilling')}
        </Link>
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('close')}</Button>
      </Group>
    </Stack>
  );
}
