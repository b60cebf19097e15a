import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { privateKeyPem } from '../../cloud-broker/keys/pem.ts';
import { childEnvironment, ROOT, TestProcess } from '../support/process.ts';
import { CREDITS, TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/store.ts';

interface ByHand {
  code: number;
  stderr: string;
  /** What the service sent, in order. */
  messages: Record<string, unknown>[];
}

/** docs/protocol.md is complete if this script, which has nothing else, gets a board in. */
async function byHand(
  service: TestService,
  words: { domain?: string; serial: string; folder: string; factoryKey?: string },
): Promise<ByHand> {
  const { domain = 'springfield', serial, folder, factoryKey } = words;
  const script = join(ROOT, 'test', 'contract', 'by-hand.sh');
  const args = [script, service.http, domain, serial, folder, ...(factoryKey === undefined ? [] : [factoryKey])];
  const running = new TestProcess('bash', args, { env: childEnvironment({}) });
  onTestFinished(() => running.killGroup());
  const { code, stdout, stderr } = await running.ended;
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, messages: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

async function list(service: TestService, serial: string, factoryPublicKey: string): Promise<void> {
  const values = {
    serial,
    model: 'SBID-7286',
    factoryPublicKey,
    invoice: '',
    purchasedOn: '',
    credits: CREDITS,
    fulfilment: 'on-enrolment',
  };
  await service.operator().importLines([{ line: 1, values }]);
}

const types = ({ messages }: ByHand): unknown[] => messages.map((message) => message['type']);

describe('by hand, with openssl and mosquitto', () => {
  test('[E3] [P1] a listed board enrols, is heard, and is the same device when it asks again', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await list(service, 'HAND-1', '');
    const folder = await temporaryFolder();
    const first = await byHand(service, { serial: 'HAND-1', folder });
    expect(first.stderr).toBe('');
    expect(types(first)).toEqual(['challenge', 'accepted', 'settings']);
    expect(first.messages[1]).toMatchObject({ replay: false, credits: { granted: CREDITS, reason: 'granted' } });
    expect(first.code).toBe(0);
    const [device] = await admin.devices();
    expect(device).toMatchObject({ serial: 'HAND-1', status: 'online', health: { screen: 'on' } });
    expect(device?.lastHeartbeatAt).not.toBeNull();

    const again = await byHand(service, { serial: 'HAND-1', folder });
    expect(again.messages[1]).toMatchObject({ deviceId: device?.id, replay: true, epochFrom: 2 });
    expect(again.messages[2]).not.toHaveProperty('epochFrom');
    expect((await admin.billing()).balance).toBe(CREDITS);
  });

  test('[E4] a board with a factory key signs with both keys; without that signature it is refused', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    const factory = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await list(service, 'HAND-2', factory.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const folder = await temporaryFolder();
    const factoryKey = join(folder, 'factory.key');
    await writeFile(factoryKey, privateKeyPem(factory.privateKey), { mode: 0o600 });

    const without = await byHand(service, { serial: 'HAND-2', folder });
    expect(without.code).toBe(1);
    expect(without.messages.at(-1)).toMatchObject({ type: 'rejected', code: 'attestation-required' });
    const both = await byHand(service, { serial: 'HAND-2', folder, factoryKey });
    expect([both.code, both.stderr, types(both)]).toEqual([0, '', ['challenge', 'accepted', 'settings']]);
    expect((await admin.billing()).balance).toBe(CREDITS);
  });

  test('[E13] an unknown domain, and a board that nobody listed', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    const folder = await temporaryFolder();
    const unknown = await byHand(service, { domain: 'shelbyville', serial: 'HAND-3', folder });
    expect([unknown.code, unknown.messages.at(-1)]).toMatchObject([1, { type: 'rejected', code: 'domain-unknown' }]);
    const unlisted = await byHand(service, { serial: 'HAND-3', folder });
    expect([unlisted.code, unlisted.messages.at(-1)]).toMatchObject([1, { type: 'pending', code: 'awaiting-approval' }]);
  });
});
