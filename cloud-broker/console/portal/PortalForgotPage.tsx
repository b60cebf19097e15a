import { useState } from 'react';
import { Forgot } from '../sign-in/ForgotPage.tsx';
import { ofPortal } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';

/** Asks for a mail with a link. */
export function PortalForgotPage() {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const email = typed.trim();
  return (
    <Forgot realm={ofPortal} text={t('portal.forgotText')} sent={t('portal.forgotSent')} about={email === '' ? null : { email }}>
      <EmailField value={typed} onChange={setTyped} autoFocus />
    </Forgot>
  );
}
