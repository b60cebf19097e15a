import { Button, TextInput } from '@mantine/core';
import { Refused } from '../parts/panels.tsx';
import { AccessCard } from '../sign-in/AccessCard.tsx';
import { ofDomains } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import type { Draft } from './draft.ts';

interface MoreStepProps {
  draft: Draft;
  edit: (part: Partial<Draft>) => void;
  refusal: Error | null;
  isPending: boolean;
  onBack: () => void;
  onCreate: () => void;
}

/** Whose domain it will be, and whom to contact. */
export function MoreStep({ draft, edit, refusal, isPending, onBack, onCreate }: MoreStepProps) {
  const { t } = useWords();
  const isFilled = [draft.organization, draft.contactName, draft.phone].every((text) => text.trim() !== '');
  return (
    <AccessCard realm={ofDomains} title={t('signUp.moreTitle')} onSubmit={() => isFilled && onCreate()}>
      <TextInput
        label={t('signUp.organization')}
        autoComplete="organization"
        autoFocus
        maxLength={128}
        value={draft.organization}
        onChange={(event) => edit({ organization: event.currentTarget.value })}
      />
      <TextInput
        label={t('signUp.contact')}
        autoComplete="name"
        maxLength={128}
        value={draft.contactName}
        onChange={(event) => edit({ contactName: event.currentTarget.value })}
      />
      <TextInput
        label={t('signUp.phone')}
        type="tel"
        autoComplete="tel"
        maxLength={40}
        value={draft.phone}
        onChange={(event) => edit({ phone: event.currentTarget.value })}
      />
      <Refused error={refusal} />
      <Button type="submit" loading={isPending} disabled={!isFilled}>
        {t('signUp.create')}
      </Button>
      <Button variant="default" onClick={onBack}>
        {t('signUp.back')}
      </Button>
    </AccessCard>
  );
}
