import { Button, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { nameVerdict } from '../../../protocol/api-access.ts';
import { isEmail } from '../../../protocol/email.ts';
import { isErrorCode, wordsOf } from '../../../protocol/errors.ts';
import { domainName } from '../../../protocol/text.ts';
import { read } from '../api/client.ts';
import { Refused } from '../parts/panels.tsx';
import { AccessCard, ToSignIn } from '../sign-in/AccessCard.tsx';
import { isLongEnough, PasswordField } from '../sign-in/PasswordField.tsx';
import { ofDomains } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import type { Draft } from './draft.ts';

/** Typing pause before a name is looked up. */
const TYPING_MS = 300;
/** How long a verdict about a name is valid: others sign up too. */
const FRESH_MS = 10_000;

const isName = (name: string): boolean => domainName.safeParse(name).success;

const nameQuery = (name: string) =>
  queryOptions({
    queryKey: ['signup-name', name],
    queryFn: ({ signal }) => read(`/signup/names/${encodeURIComponent(name)}`, nameVerdict, signal),
    staleTime: FRESH_MS,
  });

interface AccountStepProps {
  draft: Draft;
  edit: (part: Partial<Draft>) => void;
  refusal: Error | null;
  onContinue: () => void;
}

/** Name, e-mail and password; continues only with an available name. */
export function AccountStep({ draft, edit, refusal, onContinue }: AccountStepProps) {
  const { t } = useWords();
  const client = useQueryClient();
  const [tried, setTried] = useState(false);
  const [unanswered, setUnanswered] = useState<unknown>(null);
  const { name, email, password } = draft;
  const submit = async (): Promise<void> => {
    setTried(true);
    setUnanswered(null);
    if (!isName(name) || !isEmail(email) || !isLongEnough(password)) return;
    try {
      if ((await client.fetchQuery(nameQuery(name))).available) onContinue();
    } catch (error) {
      setUnanswered(error);
    }
  };
  const failure = unanswered ?? refusal;
  return (
    <AccessCard realm={ofDomains} title={t('signUp.title')} onSubmit={() => void submit()}>
      <Text size="sm">{t('signUp.trial')}</Text>
      <NameField name={name} tried={tried} onChange={(typed) => edit({ name: typed })} />
      <TextInput
        label={t('signUp.email')}
        inputMode="email"
        name="email"
        autoComplete="email"
        maxLength={254}
        value={email}
        error={tried && !isEmail(email) ? t('signUp.emailWrong') : null}
        onChange={(event) => edit({ email: event.currentTarget.value.trim() })}
      />
      <PasswordField
        label={t('session.password')}
        kind="new"
        value={password}
        wrong={tried && !isLongEnough(password)}
        onChange={(typed) => edit({ password: typed })}
      />
      <Refused error={failure} />
      <Button type="submit">{t('signUp.continue')}</Button>
      <Text size="sm">
        {t('signUp.have')} <ToSignIn realm={ofDomains} />
      </Text>
    </AccessCard>
  );
}

/** The domain's name, checked while typing, and the user name to sign in with. */
function NameField({ name, tried, onChange }: { name: string; tried: boolean; onChange: (name: string) => void }) {
  const { t, language } = useWords();
  const [settled] = useDebouncedValue(name, TYPING_MS);
  const verdict = useQuery({ ...nameQuery(settled), enabled: isName(settled) });
  const known = settled === name && isName(name) ? verdict.data : undefined;
  // Two letters are not an error yet: more may follow.
  const isWrong = name !== '' && !isName(name) && (name.length >= 3 || /[^a-z0-9]/.test(name) || tried);
  const code = isWrong || (tried && name === '') ? 'name-invalid' : (known?.code ?? null);
  return (
    <div>
      <TextInput
        label={t('signUp.name')}
        description={t('signUp.nameHint')}
        name="account-name"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        maxLength={32}
        value={name}
        error={code !== null && isErrorCode(code) ? wordsOf(code, language).message : null}
        onChange={(event) => onChange(event.currentTarget.value.trim().toLowerCase())}
      />
      <p className="rc-name-free" role="status">
        {known?.available === true ? t('signUp.nameFree', { user: known.user }) : ''}
      </p>
    </div>
  );
}
