import { expect, test } from 'vitest';
import { simulatedBoard } from '../../firmware-shim/simulated.ts';
import { BoardClient } from '../support/board-client.ts';
import { rollcall, TestService } from '../support/service.ts';

const codeOf = (stderr: string): string => stderr.split(':', 1)[0] ?? '';

test('[E14] [L9] [L2] the operator releases boards, lets credits go, makes good and corrects by command, beside a running service and without one', async () => {
  const service = await TestService.start();
  const operator = service.operator();
  const school = await service.domain('springfield');
  await service.domain('shelbyville');
  await operator.setEnrolment('springfield', { unlisted: 'accept' });
  await service.list([{ board: 'sold', credits: 100 }]);
  const serial = simulatedBoard('sold').serial;
  const mistaken = await new BoardClient({ board: 'sold', domain: 'springfield' }).enrol(service);

  // A correction is booked once under its id, shows its reason, and never takes more than there is.
  const adjust = ['ledger', 'adjust', 'springfield', '--credits', '-60', '--reason', 'moved by hand', '--id', 'move-1'];
  expect(await service.command(...adjust)).toMatchObject({ code: 0, json: { id: 'move-1', repeated: false } });
  expect(await service.command(...adjust)).toMatchObject({ code: 0, json: { id: 'move-1', repeated: true } });
  const tooMuch = await service.command('ledger', 'adjust', 'springfield', '--credits', '-41', '--reason', 'x');
  expect([tooMuch.code, codeOf(tooMuch.stderr)]).toEqual([1, 'conflict']);
  expect(tooMuch.stderr).toContain('balance-below-zero');
  for (const wrong of [
    ['ledger', 'adjust', 'springfield', '--credits', 'many', '--reason', 'x'],
    ['ledger', 'adjust', 'springfield', '--credits', '5'],
    ['ledger', 'reverse', 'springfield', 'last', '--reason', 'x'],
    ['board', 'release', serial],
    ['credits', 'release', '--invoice', 'INV-1'],
  ]) {
    const { code, stderr } = await service.command(...wrong);
    expect([wrong, code]).toEqual([wrong, 2]);
    expect(stderr).not.toBe('');
  }

  // The board is another customer's: it goes, with what the balance covers; the rest is made good where it is enrolled next.
  const reason = ['--reason', 'invoice shown'];
  const released = await service.command('board', 'release', serial, ...reason);
  expect(released.json).toEqual({
    serial,
    domain: 'springfield',
    deviceId: mistaken.deviceId,
    takenBack: 40,
    missing: 60,
    left: 40,
  });
  const again = await service.command('board', 'release', serial, ...reason);
  expect([again.code, codeOf(again.stderr)]).toEqual([1, 'conflict']);
  await new BoardClient({ board: 'sold', domain: 'shelbyville' }).enrol(service);
  expect((await service.command('board', 'make-good', serial, ...reason)).json).toEqual({
    serial,
    domain: 'shelbyville',
    credits: 60,
  });
  expect((await service.command('domain', 'show', 'shelbyville')).json).toMatchObject({ balance: 100, devices: 1, held: 0 });
  expect((await school.device(mistaken.deviceId)).unenrolledAt).toBeDefined();

  // Enrolled before it was listed, and without a factory key: held until the operator lets it go.
  const early = new BoardClient({ board: 'early', domain: 'springfield' });
  const { deviceId } = await early.enrol(service);
  const about = { serial: simulatedBoard('early').serial, model: 'M', credits: 7, fulfilment: 'on-enrolment', invoice: 'INV-9' };
  await operator.importLines([{ line: 1, values: about }]);
  expect((await early.enrol(service)).credits.reason).toBe('held');
  expect((await service.command('domain', 'show', 'springfield')).json).toMatchObject({ balance: 0, held: 7 });
  const byInvoice = ['credits', 'release', '--invoice', 'INV-9', '--domain', 'Springfield'];
  expect((await service.command(...byInvoice)).json).toEqual({ released: 1, credits: 7 });
  expect(await service.stop()).toBe(0);

  // The same commands on the folder alone.
  expect(await rollcall(service.folder, byInvoice)).toMatchObject({ code: 0, json: { released: 0, credits: 0 } });
  const reverse = ['ledger', 'reverse', 'springfield', '2', '--reason', 'was right after all'];
  expect(await rollcall(service.folder, reverse)).toMatchObject({ code: 0, json: { credits: 60 } });
  expect((await rollcall(service.folder, reverse)).stderr).toContain('already-reversed');
  const history = await rollcall(service.folder, ['ledger', 'history', 'springfield']);
  expect(((history.json?.['items'] ?? []) as unknown[]).slice(0, 4)).toMatchObject([
    { n: 5, kind: 'reversal', credits: 60, reverses: 2, reason: 'was right after all' },
    { n: 4, kind: 'enrolment', credits: 7, device: deviceId, actor: 'operator' },
    { n: 3, kind: 'reversal', credits: -40, reverses: 1, reason: 'invoice shown', device: mistaken.deviceId },
    { n: 2, kind: 'adjustment', credits: -60, reason: 'moved by hand' },
  ]);
  expect(await rollcall(service.folder, ['ledger', 'verify'])).toMatchObject({ code: 0, json: { ok: true, sum: 0 } });
});
