import { encode } from '../protocol/messages.ts';
import { deviceTopic } from '../protocol/topics.ts';
import { openLink } from './link.ts';
import type { Log } from './log.ts';
import type { ProxySettings } from './proxy.ts';
import { nextEpoch, type AgentState } from './state.ts';

/**
 * Tells the service that this board is leaving (E9): connects as the device, publishes `unenroll`, and waits for PUBACK, which follows the service's
 * commit. Throws a NotAuthorized or LinkFailure.
 */
export async function sendUnenroll(state: AgentState, proxy: ProxySettings | null, log: Log): Promise<void> {
  // After a renewal the service knows only the new one.
  const { enrolment, service } = state.aside ?? state;
  if (enrolment === null || service === null) throw new TypeError('not enrolled');
  const epoch = nextEpoch(state);
  const link = await openLink({
    ...service,
    clientId: enrolment.deviceId,
    certificate: { cert: enrolment.certificate, key: state.privateKey },
    proxy,
  });
  try {
    log.note('unenroll-sent', { deviceId: enrolment.deviceId, epoch });
    await link.publish(deviceTopic(enrolment.deviceId, 'unenroll'), encode({ type: 'unenroll', epoch }));
    log.note('unenroll-acknowledged');
  } finally {
    await link.end();
  }
}
