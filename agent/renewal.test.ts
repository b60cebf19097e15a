import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Place, type AgentProcess } from './support/agent-process.ts';
import { FakeService } from './support/fake-service.ts';

let service: FakeService;
let place: Place;
/** Without discovery: nothing but what is stored can lead back. */
const ALONE = { ROLLCALL_URL: '' };

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
  await place.run(['enroll', '--domain', 'school1']);
});
const connected = async (agent: AgentProcess): Promise<unknown> => agent.event('connected', agent.log.all.length);

const fingerprintOf = (pem = ''): string => new X509Certificate(pem).fingerprint256;

/** Starts an agent whose certificate is refused, and resolves when the renewal's answer is stored. */
async function renewing(): Promise<AgentProcess> {
  service.behaviour.letIn = false;
  const agent = place.start(['run', '--json'], ALONE);
  await agent.event('saved');
  return agent;
}

describe('what a renewal brings', () => {
  test('[E3] is written aside, and takes the place of the old when a session came up with it', async () => {
    const before = place.state();
    const agent = await renewing();
    const { aside, enrolment, service: known } = place.state();
    expect({ enrolment, known }).toEqual({ enrolment: before.enrolment, known: before.service });
    expect(aside?.enrolment).toMatchObject({ deviceId: enrolment?.deviceId, enrolledAt: enrolment?.enrolledAt });
    expect(aside?.enrolment.certificate).not.toBe(enrolment?.certificate);
    agent.kill('SIGKILL');
    await agent.exit();
    service.certificates.clear();
    service.behaviour.letIn = true;
    service.certificates.add(fingerprintOf(aside?.enrolment.certificate));
    await place.start(['run', '--json'], ALONE).event('connected');
    expect(place.state()).toMatchObject({ aside: null, enrolment: aside?.enrolment, privateKey: before.privateKey });
    expect(service.seen.all.filter((entry) => entry.what === 'request')).toHaveLength(2);
  });

  test('[S3] that leads nowhere strands no display: the old takes turns with it, and stays where it works', async () => {
    const before = place.state();
    const stranger = await FakeService.start();
    service.behaviour.accepted = { brokerUrl: stranger.brokerUrl };
    const agent = await renewing();
    service.behaviour.letIn = true;
    await connected(agent);
    expect(place.state()).toMatchObject({ aside: null, service: before.service, enrolment: before.enrolment });
    expect(stranger.seen.all).toEqual([]);
  });

  test('[E9] an unenrolment afterwards is said with it: the service knows no other certificate', async () => {
    const agent = await renewing();
    agent.kill('SIGKILL');
    await agent.exit();
    service.certificates.clear();
    service.behaviour.letIn = true;
    service.certificates.add(fingerprintOf(place.state().aside?.enrolment.certificate));
    expect((await place.run(['unenroll'])).json).toMatchObject({ outcome: 'unenrolled' });
    expect(place.state()).toMatchObject({ aside: null, enrolment: null });
  });
});
