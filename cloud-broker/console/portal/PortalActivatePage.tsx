import { Text } from '@mantine/core';
import { useState } from 'react';
import { portalPerson } from '../../../protocol/api-portal.ts';
import { ask } from '../api/client.ts';
import { Link } from '../app/Address.tsx';
import { ofPortal } from '../sign-in/realms.ts';
import { Activate } from '../sign-up/ActivatePage.tsx';
import { Resend } from '../sign-up/ResendCard.tsx';
import { useWords } from '../words/words.ts';
import { EmailField } from './EmailField.tsx';

/** Where an activation mail's link leads. */
export function PortalActivatePage() {
  const { t } = useWords();
  return (
    <Activate
      realm={ofPortal}
      read={(token) => ask('/portal/activation/show', portalPerson, { token })}
      nameOf={({ email }) => ({ email })}
      resend={<ResendPortalCard />}
    >
      {(shown) => <Text className="rc-wrap">{t('portal.activateAbout', { ...shown })}</Text>}
    </Activate>
  );
}

function ResendPortalCard() {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const email = typed.trim();
  return (
    <Resend
      realm={ofPortal}
      about={email === '' ? null : { email }}
      // After 48 hours nothing is pending any more, so users sign up again.
      beside={<Link to={{ page: 'portalSignUp' }}>{t('portal.signUp')}</Link>}
    >
      <EmailField value={typed} onChange={setTyped} autoFocus />
    </Resend>
  );
}
