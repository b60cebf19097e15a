import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PortalPerson } from '../../../protocol/api-portal.ts';
import { change } from '../api/client.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { PersonMenu } from '../parts/PersonMenu.tsx';
import { ofPortal } from '../sign-in/realms.ts';
import { useWords } from '../words/words.ts';
import { portalSessionQuery } from './queries.ts';

/** The portal's own header, without anything of a domain. */
export function PortalHeader() {
  const { t } = useWords();
  const { view } = useAddress();
  const { data: session } = useQuery(portalSessionQuery);
  if (session === undefined || session === null) return null;
  const link = (page: 'portalSubscriptions' | 'portalOrganization', text: string) => (
    <Link to={{ page }} className="rc-nav" aria-current={view.page === page ? 'page' : undefined}>
      {text}
    </Link>
  );
  return (
    <header className="rc-header rc-portal-header">
      <div className="rc-header-row">
        <Link to={{ page: 'portalSubscriptions' }} className="rc-brand">
          <img src="/favicon.svg" alt={t('portal.title')} width="24" height="24" />
          <span aria-hidden="true">{t('portal.title')}</span>
        </Link>
        <nav aria-label={t('header.pages')}>
          {link('portalSubscriptions', t('portal.subscriptions'))}
          {link('portalOrganization', t('portal.organization'))}
        </nav>
        <LanguageSwitch />
        <SignedIn session={session} />
      </div>
    </header>
  );
}

function SignedIn({ session }: { session: PortalPerson }) {
  const { go } = useAddress();
  const client = useQueryClient();
  const signOut = useMutation({
    mutationKey: ofPortal.session,
    mutationFn: () => change('DELETE', '/portal/session'),
    onSuccess: async () => {
      await ofPortal.newUser(client);
      go({ page: 'portal' });
    },
  });
  return (
    <PersonMenu
      user={session.email}
      label={
        <>
          {session.name}
          <br />
          {session.email}
        </>
      }
      width={260}
      onSignOut={() => signOut.mutate()}
    />
  );
}
