import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { simulatedBoard } from '../firmware-shim/simulated.ts';
import { keyFingerprint, checkCode, parsePublicKey } from '../protocol/signing.ts';
import { errors } from '../protocol/errors.ts';
import { Place } from './support/agent-process.ts';
import { FakeService, pending, rejected, type Seen } from './support/fake-service.ts';

let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

const requests = () => service.seen.all.flatMap((entry) => (entry.what === 'request' ? [entry.request] : []));
const proofs = () => service.seen.all.filter((entry): entry is Extract<Seen, { what: 'proof' }> => entry.what === 'proof');

describe('enroll, accepted', () => {
  test('[E1] proves both keys, saves what it got and prints one document', async () => {
    const board = simulatedBoard('board');
    service.behaviour.factoryKeys.set(board.serial, board.factoryPublicKeyPem ?? '');
    const { code, json, log } = await place.run(['enroll', '--domain', ' School1 ']);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      outcome: 'accepted',
      domain: 'school1',
      replay: false,
      credits: { granted: 365, reason: 'granted' },
    });
    expect(proofs()).toMatchObject([
      { deviceSignature: true, boardSignature: true, request: { domain: 'school1', board: { serial: 'SIM-BOARD' } } },
    ]);
    expect(requests()[0]?.renew).toBeUndefined();
    expect(log.map((line) => line.event)).toEqual([
      'key-made',
      'key-saved',
      'discovered',
      'session-opening',
      'request-sent',
      'challenge',
      'proof-sent',
      'accepted',
      'saved',
    ]);
    expect(place.state()).toMatchObject({
      enrolment: { deviceId: json['deviceId'], domain: 'school1' },
      service: { brokerUrl: service.brokerUrl },
    });
    expect([place.mode(), place.mode('state.json')]).toEqual([0o700, 0o600]);
  });

  test('the session is clean, subscribed before it asks, with a keep alive that the contract allows', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    const [connect, subscribe, request] = service.seen.all;
    expect(connect).toMatchObject({ what: 'connect', clean: true, keepAlive: 60, will: null });
    expect(subscribe?.what).toBe('subscribe');
    expect(request?.what).toBe('request');
  });

  test('neither the private key nor the pairing code is ever in the logs or kept (D7)', async () => {
    const { stderr } = await place.run(['enroll', '--domain', 'school1', '--pairing-code', 'ABCD-9876']);
    expect(requests()[0]?.pairingCode).toBe('ABCD-9876');
    const text = JSON.stringify(place.state());
    expect(text).not.toContain('9876');
    expect(stderr).not.toContain('9876');
    expect(stderr).not.toContain('PRIVATE');
  });

  test('a board without a factory key sends no board signature', async () => {
    await place.run(['enroll', '--domain', 'school1'], { ROLLCALL_BOARD: 'simulated:board,nokey' });
    expect(proofs()).toMatchObject([{ deviceSignature: true, boardSignature: null }]);
  });

  test('an `accepted` for another key is not believed', async () => {
    const other = await service.ca.device('d-other-device', simulatedBoard('other').factoryPublicKeyPem ?? '');
    service.behaviour.accepted = { certificate: other };
    const agent = place.start(['enroll', '--domain', 'school1', '--json']);
    const retry = await agent.event('retry');
    expect(retry['detail']).toBe('the certificate is for another key');
    expect(place.state().enrolment).toBeNull();
  });
});

describe('enroll, not accepted', () => {
  test('[E11] a refusal is told in the installer’s language with its code, next step and correlation id', async () => {
    service.behaviour.onProof = rejected('pairing-code-wrong');
    const { code, json } = await place.run(['enroll', '--domain', 'school1'], { LANG: 'fr_CA.UTF-8' });
    expect(code).toBe(1);
    expect(json).toMatchObject({ outcome: 'rejected', code: 'pairing-code-wrong', ...errors['pairing-code-wrong'].fr });
    const agent = place.start(['enroll', '--domain', 'school1']);
    expect(await agent.exit()).toBe(1);
    expect(agent.stderr).toContain('Wrong code. (pairing-code-wrong)\n  Ask your admin.\n  id: ');
    expect(agent.stdout).toBe('');
  });

  test('[E11] a code that this agent does not know is told in the service’s words', async () => {
    service.behaviour.onProof = rejected('of-tomorrow');
    const { json } = await place.run(['enroll', '--domain', 'school1']);
    expect(json).toMatchObject({
      code: 'of-tomorrow',
      message: 'The service’s own sentence.',
      next: 'The service’s own next step.',
    });
  });

  test('[E6] pending: exit 75, the board’s own check code is shown, the domain is remembered', async () => {
    service.behaviour.onProof = pending('awaiting-approval', 60);
    const { code, json, log } = await place.run(['enroll', '--domain', 'school1', '--pairing-code', 'X']);
    const own = checkCode(keyFingerprint(parsePublicKey(requests()[0]?.publicKey ?? '')));
    expect(code).toBe(75);
    expect(json).toMatchObject({ outcome: 'pending', code: 'awaiting-approval', checkCode: own });
    expect(log.at(-1)).toMatchObject({ event: 'display', message: own });
    expect(place.state().waiting).toMatchObject({ domain: 'school1', retryAfterS: 60 });
    expect((await place.run(['status'])).json).toMatchObject({ state: 'pending', domain: 'school1', connected: false });
  });

  test('[E10] busy is tried again inside one command', async () => {
    let asked = 0;
    service.behaviour.onRequest = (request) => {
      asked += 1;
      if (asked === 2) service.behaviour.onRequest = 'challenge';
      return rejected('busy', { retryAfterS: 1 })(request);
    };
    const { code } = await place.run(['enroll', '--domain', 'school1']);
    expect(code).toBe(0);
    expect(requests().length).toBe(3);
    expect(new Set(requests().map((request) => request.publicKey)).size).toBe(1);
  });

  test('busy for longer than one command lasts: exit 75 at once', async () => {
    service.behaviour.onProof = rejected('busy', { retryAfterS: 300 });
    const { code, json } = await place.run(['enroll', '--domain', 'school1']);
    expect(code).toBe(75);
    expect(json).toMatchObject({ outcome: 'rejected', code: 'busy', retryAfterS: 300 });
  });

  test('an answer to another request is not taken', async () => {
    let lied = 0;
    service.behaviour.onProof = (request) => {
      lied += 1;
      service.behaviour.onProof = 'accept';
      return { ...pending('awaiting-approval', 60)(request), requestId: randomUUID() };
    };
    const agent = place.start(['enroll', '--domain', 'school1', '--json']);
    await service.seen.until((entry) => entry.what === 'proof');
    service.dropAll();
    expect(await agent.exit()).toBe(0);
    expect(lied).toBe(1);
  });
});
