import { expect, test } from 'vitest';
import { newDisplay } from '../support/display.ts';
import { eventually } from '../support/process.ts';
import { TestService } from '../support/service.ts';

test('[P1] what a real agent reports of its health is told by the hour', async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  await service.list([{ board: 'hall' }]);
  const display = newDisplay(service, 'hall');
  const deviceId = String((await display.run(['enroll', '--domain', 'springfield'])).json['deviceId']);
  expect((await admin.health(deviceId)).hours.every(({ heartbeats }) => heartbeats === 0)).toBe(true);
  display.start(['run', '--json']);
  const { hours, since, to } = await eventually(
    async () => admin.health(deviceId),
    (health) => health.hours.some(({ heartbeats, memoryPercent }) => heartbeats > 0 && memoryPercent !== null),
    'a heartbeat with its health',
  );
  expect(hours).toHaveLength(24);
  expect(Date.parse(to) - Date.parse(since)).toBeLessThan(60_000);
});
