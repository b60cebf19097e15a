import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Place } from './support/agent-process.ts';
import { clockMoved } from './support/clock.ts';
import { FakeService, rejected } from './support/fake-service.ts';
import { throwawayCa } from './support/throwaway-ca.ts';

let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

interface Check {
  name: string;
  ok: boolean;
  detail: string;
  fix?: string;
}

async function doctor(environment: Record<string, string> = {}) {
  const { code, json } = await place.run(['doctor'], environment);
  const checks = json['checks'] as Check[];
  return { code, ok: json['ok'], names: checks.map(({ name }) => name), failed: checks.filter((check) => !check.ok) };
}

const ORDER = ['identity', 'state', 'clock', 'dns', 'tcp', 'tls', 'discovery', 'enrolment'];

describe('doctor', () => {
  test('looks at everything in the order in which one thing needs the other, before and after the enrolment', async () => {
    expect(await doctor()).toMatchObject({ code: 0, ok: true, names: ORDER });
    await place.run(['enroll', '--domain', 'school1']);
    expect(await doctor()).toMatchObject({ code: 0, ok: true, names: ORDER });
  });

  test('stops at the first thing that fails, with its fix', async () => {
    const { code, names, failed } = await doctor({ ROLLCALL_URL: 'https://no-such-service.invalid' });
    expect([code, names.at(-1), failed.length]).toEqual([1, 'dns', 1]);
    expect(failed[0]?.fix).toContain('DNS knows no-such-service.invalid');
    const url = service.url;
    await service.close();
    const away = await doctor({ ROLLCALL_URL: url });
    expect([away.code, away.names.at(-1)]).toEqual([1, 'tcp']);
    expect(away.failed[0]?.detail).toContain('connection-refused: Nothing is listening');
    expect(JSON.stringify(away.failed)).not.toMatch(/allow|firewall/i);
  });

  test('[P1] a board that believes it is 1970 is told so, and enrols all the same', async () => {
    const in1970 = clockMoved(-Date.now());
    const { failed, names } = await doctor(in1970);
    expect(failed).toMatchObject([{ name: 'clock', detail: 'the display’s clock says 1970-01-01' }]);
    expect(names).toEqual(ORDER);
    expect((await place.run(['enroll', '--domain', 'school1'], in1970)).json).toMatchObject({ outcome: 'accepted' });
    const late = await doctor(clockMoved(-3_600_000));
    expect(late.failed[0]?.detail).toMatch(/^3[56]\d\d s behind the service$/);
  });

  test('[S3] a board that believes it is 1970 is told that its clock is why it cannot be enrolled over https', async () => {
    const ca = await throwawayCa();
    // Not valid before 2040: to TLS, which asks the system for the time, this is the same as a clock that is behind.
    const valid = { notBefore: new Date('2040-01-01'), notAfter: new Date('2041-01-01') };
    const https = createHttpsServer(await ca.server(['localhost'], valid)).listen(0, '127.0.0.1');
    await once(https, 'listening');
    const file = join(place.folder, '..', 'ca.pem');
    writeFileSync(file, ca.pem);
    const over = { ROLLCALL_URL: `https://localhost:${(https.address() as AddressInfo).port}`, ROLLCALL_CA: file };
    const { ok, failed } = await doctor({ ...over, ...clockMoved(-Date.now()) });
    https.close();
    expect([ok, failed.map(({ name }) => name)]).toEqual([false, ['clock', 'tls']]);
    expect(failed[0]?.fix).toContain('Until then, it cannot be enrolled over https.');
    expect(failed[1]?.detail).toMatch(/^clock-wrong: .*clock is behind.*CERT_NOT_YET_VALID.*1970-01-01/);
    expect(failed[1]?.fix).toContain('NTP');
    expect(JSON.stringify(failed)).not.toMatch(/untrusted|answers in/);
  });

  test('a setting that cannot be read is its finding', async () => {
    const { code, ok, failed } = await doctor({ HTTPS_PROXY: 'socks5://proxy:1080' });
    expect([code, ok]).toEqual([2, false]);
    expect(failed).toMatchObject([{ name: 'settings', detail: expect.stringContaining('HTTPS_PROXY') as string }]);
  });

  test('[E11] the last refusal is shown with its code, next step and id', async () => {
    await place.run(['enroll', '--domain', 'school1']);
    service.behaviour.letIn = false;
    service.behaviour.onProof = rejected('blocked');
    const agent = place.start(['run', '--json']);
    await agent.exit();
    const { failed } = await doctor();
    expect(failed.map(({ name }) => name)).toEqual(['enrolment']);
    expect(JSON.stringify(failed)).toContain('blocked: An admin rejected this display.');
  });
});
