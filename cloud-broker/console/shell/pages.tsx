import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { WordKey } from '../words/words.ts';
import type { PathPage } from '../app/address.ts';

interface PageEntry {
  title: WordKey;
  /** Loaded when first opened, to keep the console's first page small. */
  Page: ComponentType;
  /** `open`: also shown without a session, and without the console's header (sign-up, links in mails). */
  access: 'signed-in' | 'open';
  /** Header of an open page with its own session. */
  Header?: ComponentType;
}

const PortalHeader = lazy(async () => ({ default: (await import('../portal/PortalHeader.tsx')).PortalHeader }));

type Load = () => Promise<ComponentType>;

const pageOf = (access: PageEntry['access'], title: WordKey, load: Load): PageEntry => ({
  title,
  Page: lazy(async () => ({ default: await load() })),
  access,
});
const signedIn = (title: WordKey, load: Load): PageEntry => pageOf('signed-in', title, load);
const open = (title: WordKey, load: Load): PageEntry => pageOf('open', title, load);
const ofPortal = (title: WordKey, load: Load): PageEntry => ({ ...open(title, load), Header: PortalHeader });

/** Every page except Devices; address.ts holds the paths. */
export const pages: Record<PathPage, PageEntry> = {
  overview: signedIn('overview.title', async () => (await import('../overview/OverviewPage.tsx')).OverviewPage),
  enrol: signedIn('enrol.open', async () => (await import('../enrol/EnrolPage.tsx')).EnrolPage),
  install: open('install.title', async () => (await import('../enrol/InstallPage.tsx')).InstallPage),
  billing: signedIn('billing.title', async () => (await import('../billing/BillingPage.tsx')).BillingPage),
  account: signedIn('account.title', async () => (await import('../account/AccountPage.tsx')).AccountPage),
  signUp: open('signUp.title', async () => (await import('../sign-up/SignUpPage.tsx')).SignUpPage),
  activate: open('activate.title', async () => (await import('../sign-up/ActivatePage.tsx')).ActivatePage),
  forgot: open('forgot.title', async () => (await import('../sign-in/ForgotPage.tsx')).ForgotPage),
  reset: open('reset.title', async () => (await import('../sign-in/ResetPage.tsx')).ResetPage),
  users: signedIn('users.title', async () => (await import('../users/UsersPage.tsx')).UsersPage),
  invitation: open('invitation.title', async () => (await import('../users/InvitationPage.tsx')).InvitationPage),
  portal: open('portal.title', async () => (await import('../portal/PortalPage.tsx')).PortalPage),
  portalSignUp: open('signUp.title', async () => (await import('../portal/PortalSignUpPage.tsx')).PortalSignUpPage),
  portalActivate: open('activate.title', async () => (await import('../portal/PortalActivatePage.tsx')).PortalActivatePage),
  portalForgot: open('forgot.title', async () => (await import('../portal/PortalForgotPage.tsx')).PortalForgotPage),
  portalReset: open('reset.title', async () => (await import('../portal/PortalResetPage.tsx')).PortalResetPage),
  portalInvitation: open(
    'portal.invitation',
    async () => (await import('../portal/PortalInvitationPage.tsx')).PortalInvitationPage,
  ),
  portalSubscriptions: ofPortal(
    'portal.subscriptions',
    async () => (await import('../portal/SubscriptionsPage.tsx')).SubscriptionsPage,
  ),
  portalOrganization: ofPortal(
    'portal.organization',
    async () => (await import('../portal/OrganizationPage.tsx')).OrganizationPage,
  ),
  settings: signedIn('settings.title', async () => (await import('../settings/SettingsPage.tsx')).SettingsPage),
  apiKeys: signedIn('apiKeys.title', async () => (await import('../api-keys/ApiKeysPage.tsx')).ApiKeysPage),
  webhooks: signedIn('webhooks.title', async () => (await import('../webhooks/WebhooksPage.tsx')).WebhooksPage),
  audit: signedIn('audit.title', async () => (await import('../audit/AuditPage.tsx')).AuditPage),
  alerts: signedIn('alerts.title', async () => (await import('../alerts/AlertsPage.tsx')).AlertsPage),
};
