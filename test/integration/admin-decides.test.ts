import { cpSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkCode, keyFingerprint } from '../../protocol/signing.ts';
import { BoardClient } from '../support/board-client.ts';
import { newDisplay } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { CREDITS, TestService } from '../support/service.ts';

const ENROLL = ['enroll', '--domain', 'springfield'];
const TEMPORARY = 75;

describe('a display that was unenrolled', () => {
  test('[E9] asks with renew, is answered unenrolled and stays out; a person brings it back as the same device', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    const display = newDisplay(service, 'hall');
    const deviceId = String((await display.run(ENROLL)).json['deviceId']);
    await admin.change(deviceId, { label: 'Great hall', tags: ['ground floor'] });
    await admin.unenrol(deviceId);

    // It was not there to be told.
    const agent = display.start(['run', '--json']);
    expect(await agent.exit()).toBe(1);
    expect(agent.json()).toMatchObject({ code: 'unenrolled' });
    expect(service.log.all.filter((line) => line['outcome'] === 'rejected')).toMatchObject([{ code: 'unenrolled' }]);
    expect(await admin.devices()).toEqual([]);
    expect(display.state()).toMatchObject({ enrolment: null });

    // Started again by the service manager: it does not even ask.
    const decisions = service.log.all.filter((line) => line['outcome'] !== undefined).length;
    const again = await display.run(['run']);
    expect([again.code, again.json['code']]).toEqual([1, 'unenrolled']);
    expect(service.log.all.filter((line) => line['outcome'] !== undefined)).toHaveLength(decisions);

    const back = await display.run(ENROLL);
    expect([back.code, back.json]).toMatchObject([0, { outcome: 'accepted', deviceId, replay: false }]);
    expect(await admin.device(deviceId)).toMatchObject({ label: 'Great hall', tags: ['ground floor'] });
    expect((await service.command('ledger', 'verify')).json).toMatchObject({ ok: true });
  });
});

describe('a display that nobody listed', () => {
  test('[E6] waits with its check code; approved, a session that still waits is answered at once', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    const client = new BoardClient({ board: 'attic,nokey', domain: 'springfield' });
    const link = await client.open(service);
    const request = await client.request();
    link.send(request);
    const challenge = await link.next();
    if (challenge.type !== 'challenge') throw new Error('no challenge');
    link.send(await client.proof(request, challenge.nonce));
    const shown = checkCode(keyFingerprint(client.publicKey));
    expect(await link.next()).toMatchObject({ type: 'pending', code: 'awaiting-approval', checkCode: shown });

    const [waiting] = await admin.devices({ status: 'pending' });
    expect(waiting?.pending).toMatchObject({ code: 'awaiting-approval', checkCode: shown, competesWith: null });
    await admin.approve(waiting?.id ?? '');
    const answer = await link.next();
    expect(answer).toMatchObject({ type: 'accepted', deviceId: waiting?.id, credits: { granted: 0, reason: 'not-listed' } });
    if (answer.type === 'accepted') await (await client.connect(service, answer)).heartbeat();
    await eventually(
      async () => admin.device(waiting?.id ?? ''),
      ({ status }) => status === 'online',
      'online',
    );
  });

  test('[E6] the real agent ends as pending with exit 75 and is let in when it asks after the approval', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    const display = newDisplay(service, 'attic,nokey');
    const asked = await display.run(ENROLL);
    expect([asked.code, asked.json]).toMatchObject([TEMPORARY, { outcome: 'pending', code: 'awaiting-approval' }]);
    const [waiting] = await admin.devices({ status: 'pending' });
    expect(waiting?.pending?.checkCode).toBe(asked.json['checkCode']);
    await admin.approve(waiting?.id ?? '');
    const agent = display.start(['run', '--json']);
    await agent.event('connected');
    expect(await admin.device(waiting?.id ?? '')).toMatchObject({ connected: true, pending: null });
    expect((await admin.billing()).balance).toBe(0);
  });
});

describe('two machines that say they are the same display', () => {
  test('[E7] the second waits as key-changed beside the first, which goes on; rejected, it is blocked', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall,nokey' }]);
    const first = new BoardClient({ board: 'hall,nokey', domain: 'springfield' });
    const accepted = await first.enrol(service);
    const link = await first.connect(service, accepted);
    await link.heartbeat();

    const clone = newDisplay(service, 'hall,nokey,machine=2');
    const asked = await clone.run(ENROLL);
    expect([asked.code, asked.json]).toMatchObject([TEMPORARY, { outcome: 'pending', code: 'key-changed' }]);
    const [waiting] = await admin.devices({ status: 'pending' });
    expect(waiting?.pending).toMatchObject({ code: 'key-changed', competesWith: accepted.deviceId });
    expect(waiting?.pending?.checkCode).toBe(asked.json['checkCode']);
    await link.heartbeat();

    await admin.reject(waiting?.id ?? '');
    const refused = await clone.run(ENROLL);
    expect([refused.code, refused.json]).toMatchObject([1, { outcome: 'rejected', code: 'blocked' }]);
    await link.heartbeat();
    expect(await admin.devices()).toMatchObject([{ id: accepted.deviceId, status: 'online', connected: true }]);
    expect((await admin.billing()).balance).toBe(CREDITS);
  });

  test('[E1] a state folder that was copied to another board is set aside there, and a new key begins', async () => {
    const service = await TestService.start();
    const admin = await service.domain('springfield');
    await service.list([{ board: 'hall' }, { board: 'gym' }]);
    const hall = newDisplay(service, 'hall');
    await hall.run(ENROLL);
    const gym = newDisplay(service, 'gym');
    cpSync(hall.folder, gym.folder, { recursive: true });

    const unlike = await gym.run(['run']);
    expect([unlike.code, unlike.json['code']]).toEqual([1, 'not-enrolled']);
    expect(unlike.log[0]).toMatchObject({ event: 'state-set-aside', why: 'another-board' });
    expect((await gym.run(ENROLL)).json).toMatchObject({ outcome: 'accepted', credits: { granted: CREDITS } });
    expect(gym.state().privateKey).not.toBe(hall.state().privateKey);
    const devices = await admin.devices();
    expect(devices.map(({ id }) => id).toSorted()).toEqual(
      [hall, gym].map((place) => String(place.state().enrolment?.deviceId)).toSorted(),
    );
    expect((await hall.run(ENROLL)).json).toMatchObject({ replay: true });
  });
});
