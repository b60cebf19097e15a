/** A domain's alerts (P7). */
import { alertPreview, alertRules, alertSettings, alertsPage, alertsQuery, type AlertRules } from '../../protocol/api-alerts.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { previewOf } from './rules/preview.ts';
import { shownEmail } from '../identity/emails.ts';
import { alertRulesOf } from './rows.ts';
import { domainById } from '../domains/rows.ts';
import { alertHistory, creditsHistory, listAlerts, openAlerts, trialReminders } from './queries.ts';
import { isoTime, nullableIsoTime } from '../store/paging.ts';
import { callerOf, mayBill } from '../http/access.ts';
import { askedBy, refusals, type Api } from '../http/api.ts';
import type { HttpDeps } from '../http/deps.ts';

const tags = ['alerts'];
const PREVIEWED_MS = 30 * 86_400_000;
/** Presence changes that a preview processes: it blocks everything else, for a tenth of a second at most. */
const MAX_PREVIEWED = 50_000;

/** D6: an alert concerns the whole domain, so it is closed to users who see only some devices. */
export function alertRoutes(api: Api, deps: HttpDeps): void {
  const { reader } = deps.store;
  api.get(
    '/alerts',
    {
      config: { scope: 'devices:read', withTags: 'refused' },
      schema: {
        tags,
        summary: 'List alerts, newest first; one row per event',
        querystring: alertsQuery,
        response: { 200: alertsPage, ...refusals },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const viewer = { domainId: caller.domainId, billing: mayBill(caller) };
      return { ...(await listAlerts(reader, viewer, request.query)), open: await openAlerts(reader, viewer) };
    },
  );
}

/** Admins set what is mailed, where and when. */
export function alertRulesRoutes(api: Api, deps: HttpDeps): void {
  const { store, clock } = deps;
  const rulesOf = async (domainId: number): Promise<AlertRules> => {
    const domain = await domainById(store.reader, domainId);
    if (domain === null) throw new RollcallError('not-found');
    const { settings, changedAt } = await alertRulesOf(store.reader, domainId);
    const mailbox = settings.mailbox === null ? null : shownEmail(settings.mailbox);
    return { ...settings, mailbox, domainEmail: shownEmail(domain.email), changedAt: nullableIsoTime(changedAt) };
  };

  api.get(
    '/alerts/settings',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Get the alert settings: what is mailed, where and when',
        response: { 200: alertRules, ...refusals },
      },
    },
    async (request) => rulesOf(callerOf(request).domainId),
  );

  api.put(
    '/alerts/settings',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Update the alert settings: what is mailed, where and when',
        body: alertSettings,
        response: { 200: alertRules, ...refusals },
      },
    },
    async (request) => {
      await store.write('setAlertRules', { ...askedBy(request, deps), settings: request.body });
      return rulesOf(callerOf(request).domainId);
    },
  );

  api.post(
    '/alerts/preview',
    {
      config: { access: 'admin', whenDisabled: 'allowed' },
      schema: {
        tags,
        summary: 'Preview how many mails these rules would have sent in the last 30 days',
        body: alertSettings,
        response: { 200: alertPreview, ...refusals },
      },
    },
    async (request) => {
      const { domainId } = callerOf(request);
      const to = clock();
      const wanted = to - PREVIEWED_MS;
      const { events, from } = await alertHistory(store.reader, domainId, { from: wanted, to, most: MAX_PREVIEWED });
      const credits = await creditsHistory(store.reader, domainId, from);
      const trial = await trialReminders(store.reader, domainId, from);
      // A pause lies in the future: what it would have held back in the past means nothing.
      const settings = { ...request.body, pausedUntil: null };
      return {
        ...(await previewOf(settings, { events, credits, trial }, to)),
        from: isoTime(from),
        to: isoTime(to),
        incomplete: from > wanted,
      };
    },
  );
}
