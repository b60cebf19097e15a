import type { WordKey, Words } from '../words/words.ts';

const actionWords: Readonly<Record<string, WordKey>> = {
  'device.enrolled': 'audit.deviceEnrolled',
  'device.waits': 'audit.deviceWaits',
  'device.check-code-refused': 'audit.checkCodeRefused',
  'device.rejected': 'audit.deviceRejected',
  'device.blocked': 'audit.deviceBlocked',
  'device.changed': 'audit.deviceChanged',
  'device.unenrolled': 'audit.deviceUnenrolled',
  'expected.uploaded': 'audit.expectedUploaded',
  'expected.forgotten': 'audit.expectedForgotten',
  'device.command': 'audit.deviceCommand',
  'device.commands': 'audit.deviceCommands',
  'device.stopped-asking': 'audit.deviceStoppedAsking',
  'device.joined-register': 'audit.deviceJoinedRegister',
  'block.lifted': 'audit.blockLifted',
  'domain.activated': 'audit.domainActivated',
  'domain.enrolment-policy': 'audit.enrolmentPolicy',
  'domain.changed': 'audit.domainChanged',
  'domain.closing': 'audit.closing',
  'alerts.changed': 'audit.alertsChanged',
  'domain.closing-withdrawn': 'audit.closingWithdrawn',
  'api-key.created': 'audit.keyCreated',
  'api-key.revoked': 'audit.keyRevoked',
  'webhook.created': 'audit.webhookCreated',
  'webhook.changed': 'audit.webhookChanged',
  'webhook.secret-changed': 'audit.webhookSecret',
  'webhook.deleted': 'audit.webhookDeleted',
  'webhook.tried-again': 'audit.webhookAgain',
  'webhook.switched-off': 'audit.webhookOff',
  'key.redeemed': 'audit.productKeyRedeemed',
  'user.invited': 'audit.userInvited',
  'user.invited-again': 'audit.userInvitedAgain',
  'user.joined': 'audit.userJoined',
  'user.changed': 'audit.userChanged',
  'user.removed': 'audit.userRemoved',
  'user.password-changed': 'audit.passwordChanged',
  'user.password-reset': 'audit.passwordReset',
  'user.second-factor-on': 'audit.secondFactorOn',
  'user.second-factor-off': 'audit.secondFactorOff',
  'user.second-factor-wrong': 'audit.secondFactorWrong',
  'user.recovery-code-used': 'audit.recoveryCodeUsed',
  'view.saved': 'audit.viewSaved',
  'view.deleted': 'audit.viewDeleted',
  'session.ended': 'audit.sessionEnded',
  'session.others-ended': 'audit.othersEnded',
};

const fieldWords: Readonly<Record<string, WordKey>> = {
  command: 'audit.command',
  devices: 'audit.devices',
  label: 'audit.label',
  tags: 'audit.tags',
  granted: 'audit.granted',
  forfeited: 'audit.forfeited',
  credits: 'audit.credits',
  reason: 'audit.reason',
  code: 'audit.code',
  codes: 'audit.codes',
  serial: 'audit.serial',
  key: 'audit.key',
  scopes: 'audit.scopes',
  role: 'audit.role',
  billing: 'audit.billing',
  email: 'audit.email',
  organization: 'audit.organization',
  contactName: 'audit.contactName',
  phone: 'audit.phone',
  language: 'audit.language',
  unlisted: 'audit.unlisted',
  pairingCode: 'audit.pairingCode',
  closesAt: 'audit.closesAt',
  types: 'audit.types',
  enabled: 'audit.enabled',
  webhook: 'audit.webhook',
  address: 'audit.address',
  event: 'audit.event',
};

/** Texts for coded values, by `field=value`. */
const valueWords: Readonly<Record<string, WordKey>> = {
  'scopes=devices:read': 'apiKeys.devicesRead',
  'scopes=devices:write': 'apiKeys.devicesWrite',
  'scopes=billing': 'apiKeys.billing',
  'unlisted=approve': 'audit.unlistedWait',
  'unlisted=accept': 'audit.unlistedEnrol',
  'pairingCode=none': 'audit.codeNone',
  'pairingCode=set': 'audit.codeSet',
  'pairingCode=new': 'audit.codeNew',
  'command=identify': 'commands.identify',
  'command=refresh': 'commands.refresh',
  'command=set-tags': 'audit.setTags',
  'reason=granted': 'audit.reasonGranted',
  'reason=held': 'audit.reasonHeld',
  'reason=product-key': 'audit.reasonProductKey',
  'reason=not-listed': 'audit.reasonNotListed',
  'reason=none-left': 'audit.reasonNoneLeft',
  'code=awaiting-approval': 'audit.awaitingApproval',
  'code=key-changed': 'audit.keyChanged',
  'types=device': 'webhooks.device',
  'types=enrolment': 'webhooks.enrolment',
  'types=billing': 'webhooks.billing',
  'types=alert': 'webhooks.alert',
  'enabled=true': 'yes',
  'enabled=false': 'no',
  'reason=gone': 'audit.reasonGone',
  'reason=failing': 'audit.reasonFailing',
  'role=domain-admin': 'role.domainAdmin',
  'role=admin': 'role.admin',
  'role=user': 'role.user',
  'billing=true': 'yes',
  'billing=false': 'no',
};

/** A value, or several in a row, with codes replaced by text. */
export function valueName(t: Words['t'], field: string, value: string): string {
  const one = (part: string): string => {
    const word = valueWords[`${field}=${part}`];
    return word === undefined ? part : t(word);
  };
  return value.split(', ').map(one).join(', ');
}

/** The action as text, or its code if this console has no text for it. */
export function actionName(t: Words['t'], action: string): string {
  const word = actionWords[action];
  return word === undefined ? action : t(word);
}

export function fieldName(t: Words['t'], field: string): string {
  const word = fieldWords[field];
  return word === undefined ? field : t(word);
}
