import { Menu, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { PortalPerson } from '../../../protocol/api-portal.ts';
import { change } from '../api/client.ts';
import { portalKeys } from '../api/queries.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { LanguageSwitch } from '../app/LanguageSwitch.tsx';
import { Shape } from '../parts/Status.tsx';
import { useWords } from '../words/words.ts';
import { portalSessionQuery, useNewPerson } from './queries.ts';

/** The portal's own header: nothing of a domain is here. */
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
        <PersonMenu session={session} />
      </div>
    </header>
  );
}

function PersonMenu({ session }: { session: PortalPerson }) {
  const { t } = useWords();
  const { go } = useAddress();
  const newPerson = useNewPerson();
  const signOut = useMutation({
    mutationKey: portalKeys.all,
    mutationFn: () => change('DELETE', '/portal/session'),
    onSuccess: async () => {
      await newPerson();
      go({ page: 'portal' });
    },
  });
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <UnstyledButton className="rc-user" aria-label={t('header.user', { user: session.email })} title={session.email}>
          <Shape>
            <circle cx="8" cy="5.2" r="2.9" />
            <path d="M2.6 14c.5-3.2 2.6-4.8 5.4-4.8s4.9 1.6 5.4 4.8" />
          </Shape>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className="rc-wrap">
          {session.name}
          <br />
          {session.email}
        </Menu.Label>
        <Menu.Item onClick={() => signOut.mutate()}>{t('session.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
