import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { newDisplay, someAtATime } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { rollcall, TestService } from '../support/service.ts';
import { temporaryFolder } from '../support/store.ts';

const LOAD = 80;

test('[S4] a running service is backed up and restored: an old device gets in with its certificate, one enrolled after the backup by renewal', async () => {
  const service = await TestService.start({ environment: { ROLLCALL_HEARTBEAT_S: '5', ROLLCALL_JITTER_S: '1' } });
  const before = await service.domain('springfield');
  const load = Array.from({ length: LOAD }, (_, n) => `load-${n}`);
  await service.list(['old', 'young', ...load].map((board) => ({ board })));
  const old = newDisplay(service, 'old');
  const young = newDisplay(service, 'young');
  expect((await old.run(['enroll', '--domain', 'springfield'])).json).toMatchObject({ outcome: 'accepted' });

  const file = join(await temporaryFolder(), 'rollcall.backup');
  const enrolling = someAtATime(load, 8, async (board) => new BoardClient({ board, domain: 'springfield' }).enrol(service));
  const backup = await service.command('backup', file);
  await enrolling;
  expect(backup).toMatchObject({ code: 0, json: { file, bytes: statSync(file).size, verified: true } });
  expect((await before.devices()).length).toBe(LOAD + 1);
  expect((await young.run(['enroll', '--domain', 'springfield'])).json).toMatchObject({ outcome: 'accepted' });
  const certificates = [old.state().enrolment?.certificate, young.state().enrolment?.certificate];
  await service.kill9();

  const folder = join(await temporaryFolder(), 'data');
  expect(await rollcall(service.folder, ['restore', file])).toMatchObject({ code: 1 });
  expect(await rollcall(join(folder, '..'), ['restore', file], { ROLLCALL_DATA: folder })).toMatchObject({ code: 0 });
  const restored = await TestService.start({
    folder,
    environment: {
      ROLLCALL_HEARTBEAT_S: '5',
      ROLLCALL_JITTER_S: '1',
      ROLLCALL_HTTP_PORT: new URL(service.http).port,
      ROLLCALL_MQTT_PORT: new URL(service.mqtt).port,
    },
  });
  expect(await restored.operator().verifyLedger()).toMatchObject({ ok: true });

  for (const display of [old, young]) display.start(['run', '--json']);
  const admin = await restored.signIn('springfield');
  const online = await eventually(
    async () => admin.devices({ status: 'online' }),
    (devices) => devices.length === 2,
    'both are back',
  );
  // A renewed identity is tried before it is kept: the service can see the device before the agent's folder has it.
  const shown = online.map(({ id }) => id).toSorted();
  await eventually(
    () => [old, young].map((display) => display.state().enrolment?.deviceId ?? '').toSorted(),
    (kept) => JSON.stringify(kept) === JSON.stringify(shown),
    'both keep the identity with which they are online',
  );
  expect(old.state().enrolment?.certificate).toBe(certificates[0]);
  expect(young.state().enrolment?.certificate).not.toBe(certificates[1]);
});
