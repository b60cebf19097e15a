import { Menu } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { change } from '../api/client.ts';
import { proxyName } from '../api/proxy.ts';
import { keys } from '../api/queries.ts';
import { useLive, useLost } from '../live/Live.tsx';
import { Spoken } from './Spoken.tsx';
import { PersonMenu } from '../parts/PersonMenu.tsx';
import { DomainSign } from '../parts/Status.tsx';
import { AlertsLink } from '../alerts/AlertsLink.tsx';
import { OwnLanguage } from '../users/OwnLanguage.tsx';
import { useWords } from '../words/words.ts';
import { devicesView } from '../app/address.ts';
import { Link, useAddress } from '../app/Address.tsx';
import { useSession } from '../session/Session.tsx';

/** Stays visible while the page scrolls, so that a lost link is not overlooked. `--top` exposes its bottom edge. */
export function Header() {
  const { t } = useWords();
  const { view } = useAddress();
  const { domain } = useSession();
  const { ref, height } = useElementSize<HTMLElement>();
  useEffect(() => {
    document.documentElement.style.setProperty('--top', `${Math.ceil(height)}px`);
  }, [height]);
  return (
    <header className="rc-header" ref={ref}>
      <div className="rc-header-row">
        <Link to={devicesView()} className="rc-brand" aria-current={view.page === 'devices' ? 'page' : undefined}>
          <img src="/favicon.svg" alt="Rollcall" width="24" height="24" />
          <span aria-hidden="true">Rollcall</span>
        </Link>
        <nav aria-label={t('header.pages')}>
          <Link to={{ page: 'overview' }} className="rc-nav" aria-current={view.page === 'overview' ? 'page' : undefined}>
            {t('overview.title')}
          </Link>
          <Link to={devicesView()} className="rc-nav" aria-current={view.page === 'devices' ? 'page' : undefined}>
            {t('devices.title')}
          </Link>
          <AlertsLink />
        </nav>
        <div className="rc-domain">
          <span className="rc-domain-name" title={domain.organization}>
            {domain.name}
          </span>
          <DomainSign status={domain.status} />
        </div>
        <OwnLanguage />
        <UserMenu />
      </div>
      <LostLink />
      <Spoken />
    </header>
  );
}

function LostLink() {
  const { t, formats, language } = useWords();
  const lost = useLost();
  const slow = useLive((state) => state.slow);
  const heardAt = useLive((state) => state.heardAt);
  return (
    <div role="status">
      {lost ? <p className="rc-lost">{t('live.lost', { time: formats.clock(heardAt) })}</p> : null}
      {slow && !lost ? <p className="rc-slow">{t('live.slow', { proxy: proxyName(language) })}</p> : null}
    </div>
  );
}

function UserMenu() {
  const { t } = useWords();
  const { go } = useAddress();
  const { user, role } = useSession();
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => change('DELETE', '/session'),
    onSuccess: () => client.setQueryData(keys.session, null),
  });
  return (
    <PersonMenu user={user} label={user} width={240} onSignOut={() => signOut.mutate()}>
      <Menu.Item onClick={() => go({ page: 'billing' })}>{t('billing.title')}</Menu.Item>
      {role === 'user' ? null : (
        <>
          {(['users', 'apiKeys', 'webhooks', 'audit', 'settings'] as const).map((page) => (
            <Menu.Item key={page} onClick={() => go({ page })}>
              {t(`${page}.title`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
        </>
      )}
      <Menu.Item onClick={() => go({ page: 'account' })}>{t('account.title')}</Menu.Item>
      <Menu.Divider />
    </PersonMenu>
  );
}
