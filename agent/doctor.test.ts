import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Place } from './support/agent-process.ts';
import { clockMoved } from './support/clock.ts';
import { FakeService, rejected } from './support/fake-service.ts';

let service: FakeService;
let place: Place;

beforeEach(async () => {
  service = await FakeService.start();
  place = new Place({ ROLLCALL_URL: service.url });
});

afterEach(async () => {
  await place.close();
  await service.close();
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
    expect(away.failed[0]?.fix).toContain(`Allow 127.0.0.1:${new URL(url).port}`);
    service = await FakeService.start();
  });

  test('[P1] a board that believes it is 1970 is told so, and enrols all the same', async () => {
    const in1970 = clockMoved(-Date.now());
    const { failed, names } = await doctor(in1970);
    expect(failed).toMatchObject([{ name: 'clock', detail: 'the display believes it is 1970-01-01' }]);
    expect(names).toEqual(ORDER);
    expect((await place.run(['enroll', '--domain', 'school1'], in1970)).json).toMatchObject({ outcome: 'accepted' });
    const late = await doctor(clockMoved(-3_600_000));
    expect(late.failed[0]?.detail).toMatch(/^3[56]\d\d s behind the service$/);
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
