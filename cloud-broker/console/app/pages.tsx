import { lazy } from 'react';
import type { ComponentType } from 'react';
import type { WordKey } from '../words/words.ts';
import type { PathPage } from './address.ts';

interface PageEntry {
  title: WordKey;
  /** Loaded when it is first opened: the first page of the console stays small. */
  Page: ComponentType;
  /** `open`: shown without a session too, and without the console's header (sign-up, links of mails). */
  access: 'signed-in' | 'open';
  /** Of an open page that has a session of its own. */
  Header?: ComponentType;
}

const PortalHeader = lazy(async () => ({ default: (await import('../portal/PortalHeader.tsx')).PortalHeader }));

/** Every page beside Devices; its path is in address.ts. */
export const pages: Record<PathPage, PageEntry> = {
  overview: {
    title: 'overview.title',
    Page: lazy(async () => ({ default: (await import('../overview/OverviewPage.tsx')).OverviewPage })),
    access: 'signed-in',
  },
  enrol: {
    title: 'enrol.open',
    Page: lazy(async () => ({ default: (await import('../enrol/EnrolPage.tsx')).EnrolPage })),
    access: 'signed-in',
  },
  install: {
    title: 'install.title',
    Page: lazy(async () => ({ default: (await import('../enrol/InstallPage.tsx')).InstallPage })),
    access: 'open',
  },
  billing: {
    title: 'billing.title',
    Page: lazy(async () => ({ default: (await import('../billing/BillingPage.tsx')).BillingPage })),
    access: 'signed-in',
  },
  account: {
    title: 'account.title',
    Page: lazy(async () => ({ default: (await import('../account/AccountPage.tsx')).AccountPage })),
    access: 'signed-in',
  },
  signUp: {
    title: 'signUp.title',
    Page: lazy(async () => ({ default: (await import('../sign-up/SignUpPage.tsx')).SignUpPage })),
    access: 'open',
  },
  activate: {
    title: 'activate.title',
    Page: lazy(async () => ({ default: (await import('../sign-up/ActivatePage.tsx')).ActivatePage })),
    access: 'open',
  },
  forgot: {
    title: 'forgot.title',
    Page: lazy(async () => ({ default: (await import('../sign-in/ForgotPage.tsx')).ForgotPage })),
    access: 'open',
  },
  reset: {
    title: 'reset.title',
    Page: lazy(async () => ({ default: (await import('../sign-in/ResetPage.tsx')).ResetPage })),
    access: 'open',
  },
  users: {
    title: 'users.title',
    Page: lazy(async () => ({ default: (await import('../users/UsersPage.tsx')).UsersPage })),
    access: 'signed-in',
  },
  invitation: {
    title: 'invitation.title',
    Page: lazy(async () => ({ default: (await import('../users/InvitationPage.tsx')).InvitationPage })),
    access: 'open',
  },
  portal: {
    title: 'portal.title',
    Page: lazy(async () => ({ default: (await import('../portal/PortalPage.tsx')).PortalPage })),
    access: 'open',
  },
  portalSignUp: {
    title: 'signUp.title',
    Page: lazy(async () => ({ default: (await import('../portal/PortalSignUpPage.tsx')).PortalSignUpPage })),
    access: 'open',
  },
  portalActivate: {
    title: 'activate.title',
    Page: lazy(async () => ({ default: (await import('../portal/PortalActivatePage.tsx')).PortalActivatePage })),
    access: 'open',
  },
  portalForgot: {
    title: 'forgot.title',
    Page: lazy(async () => ({ default: (await import('../portal/PortalForgotPage.tsx')).PortalForgotPage })),
    access: 'open',
  },
  portalReset: {
    title: 'reset.title',
    Page: lazy(async () => ({ default: (await import('../portal/PortalResetPage.tsx')).PortalResetPage })),
    access: 'open',
  },
  portalInvitation: {
    title: 'portal.invitation',
    Page: lazy(async () => ({ default: (await import('../portal/PortalInvitationPage.tsx')).PortalInvitationPage })),
    access: 'open',
  },
  portalSubscriptions: {
    title: 'portal.subscriptions',
    Page: lazy(async () => ({ default: (await import('../portal/SubscriptionsPage.tsx')).SubscriptionsPage })),
    access: 'open',
    Header: PortalHeader,
  },
  portalOrganization: {
    title: 'portal.organization',
    Page: lazy(async () => ({ default: (await import('../portal/OrganizationPage.tsx')).OrganizationPage })),
    access: 'open',
    Header: PortalHeader,
  },
  settings: {
    title: 'settings.title',
    Page: lazy(async () => ({ default: (await import('../settings/SettingsPage.tsx')).SettingsPage })),
    access: 'signed-in',
  },
  apiKeys: {
    title: 'apiKeys.title',
    Page: lazy(async () => ({ default: (await import('../api-keys/ApiKeysPage.tsx')).ApiKeysPage })),
    access: 'signed-in',
  },
  webhooks: {
    title: 'webhooks.title',
    Page: lazy(async () => ({ default: (await import('../webhooks/WebhooksPage.tsx')).WebhooksPage })),
    access: 'signed-in',
  },
  audit: {
    title: 'audit.title',
    Page: lazy(async () => ({ default: (await import('../audit/AuditPage.tsx')).AuditPage })),
    access: 'signed-in',
  },
  alerts: {
    title: 'alerts.title',
    Page: lazy(async () => ({ default: (await import('../alerts/AlertsPage.tsx')).AlertsPage })),
    access: 'signed-in',
  },
};
