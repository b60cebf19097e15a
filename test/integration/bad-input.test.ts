import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectFrame, newIssuer, publishFrame, RawClient } from '../../cloud-broker/gateway/test-support.ts';
import { privateKeyPem } from '../../cloud-broker/keys/pem.ts';
import { spkiDer } from '../../protocol/signing.ts';
import { deviceCertificateSigner } from '../../cloud-broker/keys/device-certificates.ts';
import type { Accepted, Rejected } from '../../protocol/messages.ts';
import { deviceTopic } from '../../protocol/topics.ts';
import { BoardClient, type EnrolmentLink } from '../support/board-client.ts';
import { MqttSession, openTls } from '../support/mqtt-session.ts';
import { TestService } from '../support/service.ts';

const CONNACK_NOT_AUTHORIZED = 5;
const SUBACK_REFUSED = 128;
const CONNACK = 0x20;

const newBoard = (board: string): BoardClient => new BoardClient({ board, domain: 'springfield' });

async function refusal(link: EnrolmentLink): Promise<Rejected> {
  const answer = await link.next();
  if (answer.type !== 'rejected') throw new Error(`expected a refusal: ${JSON.stringify(answer)}`);
  return answer;
}

/** The refusal has all that an installer needs, and the server's log has the same correlation id (E11). */
async function expectRefused(service: TestService, answer: Rejected, code: string): Promise<void> {
  expect(answer.code).toBe(code);
  expect([answer.message, answer.next].every((text) => text.length > 5)).toBe(true);
  const line = await service.log.until((entry) => entry['correlationId'] === answer.correlationId);
  expect(line).toMatchObject({ outcome: 'rejected', code });
}

async function challenged(client: BoardClient, link: EnrolmentLink) {
  const request = await client.request();
  link.send(request);
  const challenge = await link.next();
  if (challenge.type !== 'challenge') throw new Error(`expected a challenge: ${JSON.stringify(challenge)}`);
  return { request, nonce: challenge.nonce };
}

async function accepted(service: TestService, board: string): Promise<{ client: BoardClient; answer: Accepted }> {
  const client = newBoard(board);
  return { client, answer: await client.enrol(service) };
}

describe('an enrolment session that breaks the rules', () => {
  test('[E13] [E11] what cannot be read or cannot be is refused with its code, and the session goes on', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    const client = newBoard('hall');
    const link = await client.open(service);
    for (const garbage of ['', '{', 'null', '[]', '{"type":"request"}', '{"type":"challenge"}', '\u0000\u00ff'.repeat(500)]) {
      link.send(Buffer.from(garbage, 'latin1'));
      await expectRefused(service, await refusal(link), 'invalid-message');
    }
    const request = await client.request();
    link.send(Buffer.from(JSON.stringify({ ...request, protocol: 2 })));
    await expectRefused(service, await refusal(link), 'protocol-unsupported');
    link.send({ ...request, domain: 'shelbyville' });
    await expectRefused(service, await refusal(link), 'domain-unknown');
    link.send({ ...request, domain: "'; DROP TABLE domains; --" });
    await expectRefused(service, await refusal(link), 'domain-unknown');
    expect((await client.ask(service)).type).toBe('pending');
  });

  test('[E13] a nonce is spent by the first proof, right or wrong; the fourth challenge of a session is refused', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    const client = newBoard('hall');
    const link = await client.open(service);
    for (const lie of [{ domain: 'shelbyville' }, { serial: 'ANOTHER' }, { nonce: 'A'.repeat(43) }]) {
      const { request, nonce } = await challenged(client, link);
      link.send(await client.proof(request, nonce, lie));
      await expectRefused(service, await refusal(link), 'proof-invalid');
      link.send(await client.proof(request, nonce));
      await expectRefused(service, await refusal(link), 'proof-invalid');
    }
    link.send(await client.request());
    const fourth = await refusal(link);
    await expectRefused(service, fourth, 'busy');
    expect(fourth.retryAfterS).toBeGreaterThan(0);
    expect(await service.operator().showBoard((await client.identity()).serial)).toMatchObject({ left: 1095, enrolledIn: null });
  });

  test('[E4] a proof without the factory key, or with a wrong one, is refused and spends nothing', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    for (const [board, code] of [
      ['hall,nokey', 'attestation-required'],
      ['hall,wrongkey', 'attestation-failed'],
    ] as const) {
      expect(await newBoard(board).ask(service)).toMatchObject({ type: 'rejected', code });
    }
    expect((await admin.billing()).balance).toBe(0);
    expect(await newBoard('hall').ask(service)).toMatchObject({ type: 'accepted', credits: { granted: 1095 } });
  });
});

describe('a device session that is not who it says', () => {
  test('[E9] a foreign or unrecorded certificate, none, or that of another device: CONNACK 5, and the device itself is not disturbed', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }, { board: 'gym' }]);
    const hall = await accepted(service, 'hall');
    const gym = await accepted(service, 'gym');
    const { deviceId: clientId } = hall.answer;
    const living = await hall.client.connect(service, hall.answer);
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const foreign = deviceCertificateSigner(await newIssuer())({
      deviceId: clientId,
      publicKeyDer: spkiDer(stranger.publicKey),
    }).pem;
    // Even of the right CA, but on no record: as if somebody had its key.
    const caFolder = join(service.folder, 'keys');
    const [caKey, certificatePem] = await Promise.all(
      ['ca.key', 'ca.crt'].map(async (name) => readFile(join(caFolder, name), 'utf8')),
    );
    const issuer = { key: createPrivateKey(caKey ?? ''), certificatePem: certificatePem ?? '' };
    const unrecorded = deviceCertificateSigner(issuer)({ deviceId: clientId, publicKeyDer: spkiDer(stranger.publicKey) }).pem;
    const certificates = [
      { cert: unrecorded, key: privateKeyPem(stranger.privateKey) },
      { cert: foreign, key: privateKeyPem(stranger.privateKey) },
      { cert: gym.answer.certificate, key: privateKeyPem(gym.client.privateKey) },
      undefined,
    ];
    for (const certificate of certificates) {
      const opened = MqttSession.open(service, { clientId, ...(certificate === undefined ? {} : { certificate }) });
      await expect(opened).rejects.toMatchObject({ code: CONNACK_NOT_AUTHORIZED });
    }
    await living.heartbeat();
  });

  test('[A4] the topics of another device: SUBSCRIBE is answered 0x80, PUBLISH ends the session, and the other hears nothing of it', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall' }, { board: 'gym' }]);
    const hall = await accepted(service, 'hall');
    const gym = await accepted(service, 'gym');
    const link = await hall.client.connect(service, hall.answer);
    for (const topic of [deviceTopic(gym.answer.deviceId, 'down'), 'rollcall/1/devices/+/down', '#', '$SYS/#'])
      expect(await link.session.subscribe(topic), topic).toBe(SUBACK_REFUSED);
    await link.heartbeat();
    const beat = JSON.stringify({ type: 'heartbeat', epoch: 1, seq: 1, at: new Date().toISOString(), uptimeS: 1, health: {} });
    await expect(link.session.publish(deviceTopic(gym.answer.deviceId, 'heartbeat'), beat)).rejects.toThrow();
    await link.session.closed;
    expect(await admin.device(gym.answer.deviceId)).toMatchObject({ status: 'never', lastHeartbeatAt: null });
  });
});

describe('packets beyond all measure', () => {
  test('oversized before or after CONNECT, or with a client id of 65,000 bytes: closed, and nothing is answered', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    const announcing190MB = Buffer.from([0x10, 0x80, 0x80, 0xce, 0x5a]);
    for (const bytes of [announcing190MB, connectFrame({ clientId: 'x'.repeat(65_000) })]) {
      const raw = new RawClient(await openTls(service, {}));
      raw.socket.write(bytes);
      await raw.untilClosed();
      expect(raw.packets).toEqual([]);
    }
    const { client, answer } = await accepted(service, 'hall');
    const key = privateKeyPem(client.privateKey);
    const raw = new RawClient(await openTls(service, { certificate: { cert: answer.certificate, key } }));
    raw.socket.write(connectFrame({ clientId: answer.deviceId }));
    expect([...(await raw.next(CONNACK))]).toEqual([0, 0]);
    raw.socket.write(publishFrame(deviceTopic(answer.deviceId, 'heartbeat'), Buffer.alloc(16 * 1024, 0x20)));
    await raw.untilClosed();
    expect(raw.packets).toEqual([]);
    const link = await client.connect(service, answer);
    await link.heartbeat();
  });
});
