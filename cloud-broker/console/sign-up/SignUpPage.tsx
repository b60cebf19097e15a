import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../api/client.ts';
import { hasCode } from '../api/failure.ts';
import { ofDomains } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { AccountStep } from './AccountStep.tsx';
import type { Draft } from './draft.ts';
import { MoreStep } from './MoreStep.tsx';
import { CheckMail } from './ResendCard.tsx';

const EMPTY: Draft = { name: '', email: '', password: '', organization: '', contactName: '', phone: '' };
/** Refusals that concern the first page's fields. */
const ABOUT_ACCOUNT = ['name-taken', 'name-invalid', 'password-weak'];

/** D1: *Create account*, then *Add more information*, then the mail. */
export function SignUpPage() {
  const { language } = useWords();
  const [draft, setDraft] = useState(EMPTY);
  const [step, setStep] = useState<'account' | 'more'>('account');
  const signUp = useMutation({
    mutationFn: () => change('POST', '/signup', { ...draft, language }),
    onError: (error) => {
      if (ABOUT_ACCOUNT.some((code) => hasCode(error, code))) setStep('account');
    },
  });
  const edit = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const go = (to: typeof step): void => {
    signUp.reset();
    setStep(to);
  };
  if (signUp.isSuccess)
    return <CheckMail realm={ofDomains} email={draft.email} about={{ name: draft.name, email: draft.email }} />;
  return step === 'account' ? (
    <AccountStep draft={draft} edit={edit} refusal={signUp.error} onContinue={() => go('more')} />
  ) : (
    <MoreStep
      draft={draft}
      edit={edit}
      refusal={signUp.error}
      isPending={signUp.isPending}
      onBack={() => go('account')}
      onCreate={() => signUp.mutate()}
    />
  );
}
