import { raiseAlerts, raiseCredits, noteTakeOvers, setAlertRules, pruneAlerts } from './alerts.ts';
import { remindTrials } from './trial-reminders.ts';

export const alertOperations = { raiseAlerts, raiseCredits, noteTakeOvers, setAlertRules, pruneAlerts, remindTrials };
