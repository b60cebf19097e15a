import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { i18n as I18n } from 'i18next';
import { Suspense, useEffect } from 'react';
import { I18nextProvider } from 'react-i18next';
import { sessionQuery } from '../api/queries.ts';
import { DevicesPage } from '../devices/DevicesPage.tsx';
import { LiveProvider } from '../live/Live.tsx';
import { later } from '../parts/later.tsx';
import { Unread } from '../parts/panels.tsx';
import { ClockProvider } from '../parts/Time.tsx';
import { useWords } from '../words/words.ts';
import { AddressProvider, useAddress } from '../app/Address.tsx';
import type { PathPage } from '../app/address.ts';
import { Header } from './Header.tsx';
import { pages } from './pages.tsx';
import { SessionProvider } from '../session/Session.tsx';
import { Standing } from './Standing.tsx';
import { cssVariables, theme } from '../app/theme.ts';

const SignInPage = later(async () => (await import('../sign-in/SignInPage.tsx')).SignInPage);

export function App({ i18n, client }: { i18n: I18n; client: QueryClient }) {
  return (
    <I18nextProvider i18n={i18n}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={client}>
          <AddressProvider>
            <ClockProvider>
              <Gate />
            </ClockProvider>
          </AddressProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nextProvider>
  );
}

/** Nobody gets past sign-in; after it, the view in the address is shown. */
function Gate() {
  const { language } = useWords();
  const { view } = useAddress();
  const session = useQuery(sessionQuery);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  if (view.page !== 'devices' && pages[view.page].access === 'open') return <OpenPage page={view.page} />;
  if (session.data === undefined) {
    if (session.error === null) return null;
    return (
      <main className="rc-page">
        <Unread query={session} />
      </main>
    );
  }
  if (session.data === null) return <SignInPage />;
  return (
    <SessionProvider session={session.data}>
      <LiveProvider>
        <Header />
        <Standing />
        <Page />
      </LiveProvider>
    </SessionProvider>
  );
}

function OpenPage({ page }: { page: PathPage }) {
  const { Header: OwnHeader } = pages[page];
  return (
    <>
      <Suspense>{OwnHeader === undefined ? null : <OwnHeader />}</Suspense>
      <Page />
    </>
  );
}

function Page() {
  const { t } = useWords();
  const { view } = useAddress();
  const entry = view.page === 'devices' ? null : pages[view.page];
  const title = t(entry === null ? 'devices.title' : entry.title);
  useEffect(() => {
    document.title = `${title} · Rollcall`;
  }, [title]);
  return (
    <main className="rc-page">
      {view.page === 'devices' ? <DevicesPage view={view} /> : <Suspense>{entry === null ? null : <entry.Page />}</Suspense>}
    </main>
  );
}
