import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportReport } from '../../../protocol/api-import.ts';
import { openHarness, type Harness, type TestDomain } from '../../service/testing/harness.ts';
import { Crew } from '../../service/testing/users.ts';

let harness: Harness;
let crew: Crew;
let springfield: TestDomain;
beforeAll(async () => {
  harness = await openHarness();
  crew = new Crew(harness);
  springfield = await harness.domain('springfield');
});
afterAll(async () => harness.close());

const rowsOf = (rows: object[]): object[] => rows.map((row, index) => ({ line: index + 2, ...row }));

async function upload(rows: object[], preview = false): Promise<ImportReport['rows']> {
  const answer = await harness.request('POST', '/api/v1/devices/import', {
    cookie: springfield.cookie,
    body: { rows: rowsOf(rows), preview },
  });
  expect(answer.status).toBe(200);
  return (answer.json as ImportReport).rows;
}

const verdicts = (rows: ImportReport['rows']): string[] => rows.map(({ line, verdict }) => `${line} ${verdict}`);
const named = async (id: string): Promise<unknown> =>
  harness.store.reader.get('SELECT label, tags FROM devices WHERE id = ?', id);
const waiting = async (): Promise<unknown> =>
  (await harness.request('GET', '/api/v1/devices/expected', { cookie: springfield.cookie })).json;

describe('labels and tags by serial', () => {
  test('[E12] change devices that are here, whatever the case of the serial; what is left out stays', async () => {
    const id = await harness.device(springfield, 'HALL-1');
    const rows = [{ serial: ' hall-1', label: 'Hall' }];
    expect(verdicts(await upload(rows, true))).toEqual(['2 changed']);
    expect(await named(id)).toEqual({ label: 'HALL-1', tags: '[]' });
    expect(await upload(rows)).toMatchObject([{ verdict: 'changed', deviceId: id, before: { label: 'HALL-1', tags: [] } }]);
    expect(verdicts(await upload(rows))).toEqual(['2 unchanged']);
    await upload([{ serial: 'HALL-1', tags: ['north', 'north'] }]);
    expect(await named(id)).toEqual({ label: 'Hall', tags: '["north"]' });
  });

  test('[A6] keep the blanks around a label, which tables lose, and take it for unchanged', async () => {
    const id = await harness.device(springfield, 'BLANK-1');
    await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: { label: ' Hall ' } });
    expect(verdicts(await upload([{ serial: 'BLANK-1', label: 'Hall' }]))).toEqual(['2 unchanged']);
    expect(verdicts(await upload([{ serial: 'BLANK-1', label: 'Hall', tags: ['x'] }]))).toEqual(['2 changed']);
    expect(await named(id)).toEqual({ label: ' Hall ', tags: '["x"]' });
  });

  test('[A6] an export of displays that wait for approval, or share a serial, asks for nothing either', async () => {
    for (const serial of ['SAME-1', 'Default string', 'Default string']) await harness.enrol(springfield, serial);
    await upload([{ serial: 'SAME-1', label: 'Gym' }]);
    const exported = ['SAME-1', 'Default string'].map((serial) => ({ serial, label: serial, tags: [] }));
    expect(verdicts(await upload(exported))).toEqual(['2 unchanged', '3 unchanged']);
    expect(verdicts(await upload([{ serial: 'SAME-1', label: 'Hall' }]))).toEqual(['2 waits']);
    await harness.request('DELETE', '/api/v1/devices/expected', { cookie: springfield.cookie, body: {} });
  });

  test('[E12] of a serial that stands there twice with other data nothing is taken; the same twice is once', async () => {
    const id = await harness.device(springfield, 'TWICE-1');
    const rows = [
      { line: 2, serial: 'TWICE-1', label: 'a' },
      { line: 3, serial: ' twice-1', label: 'b' },
    ];
    const about = { cookie: springfield.cookie, body: { rows } };
    expect((await harness.request('POST', '/api/v1/devices/import', about)).status).toBe(400);
    expect(await named(id)).toMatchObject({ label: 'TWICE-1' });
    expect(verdicts(await upload(rows.map(({ serial }) => ({ serial, label: 'a' }))))).toEqual(['2 changed', '3 unchanged']);
  });

  test('[E2] wait for displays still to come, and are used up when one enrols: an admin’s later change stays', async () => {
    const rows = [{ serial: 'GYM-1', label: 'Gym', tags: ['south'] }];
    expect(verdicts(await upload(rows))).toEqual(['2 waits']);
    expect(verdicts(await upload(rows))).toEqual(['2 unchanged']);
    await upload([{ serial: 'gym-1', label: 'Gym hall' }]);
    expect(await waiting()).toMatchObject({ total: 1, items: [{ serial: 'gym-1', label: 'Gym hall', tags: ['south'] }] });
    const id = await harness.device(springfield, 'Gym-1');
    expect(await named(id)).toEqual({ label: 'Gym hall', tags: '["south"]' });
    expect(await waiting()).toMatchObject({ total: 0 });
    const [audited] = await harness.store.reader.all<{ details: string }>(
      "SELECT details FROM audit WHERE action = 'device.enrolled' AND subject = ?",
      id,
    );
    expect(JSON.parse(audited?.details ?? '')).toMatchObject({ label: 'Gym hall', tags: ['south'] });
    await harness.request('PATCH', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: { label: 'Mine' } });
    await harness.request('DELETE', `/api/v1/devices/${id}`, { cookie: springfield.cookie, body: {} });
    expect(await harness.device(springfield, 'GYM-1')).toBe(id);
    expect(await named(id)).toMatchObject({ label: 'Mine' });
  });

  test('[A4] wait in their own domain alone', async () => {
    const shelbyville = await harness.domain('shelbyville');
    await upload([{ serial: 'AWAY-1', label: 'Ours' }]);
    const id = await harness.device(shelbyville, 'AWAY-1');
    expect(await named(id)).toMatchObject({ label: 'AWAY-1' });
    expect(await waiting()).toMatchObject({ total: 1 });
  });

  test('can be forgotten, and each upload is in the audit log', async () => {
    const before = (await harness.store.reader.all("SELECT 1 FROM audit WHERE action = 'expected.uploaded'")).length;
    await upload([
      { serial: 'LATE-1', label: 'Late' },
      { serial: 'LATE-2', tags: ['late'] },
    ]);
    expect(await harness.store.reader.all("SELECT 1 FROM audit WHERE action = 'expected.uploaded'")).toHaveLength(before + 1);
    await harness.request('DELETE', '/api/v1/devices/expected', { cookie: springfield.cookie, body: {} });
    expect(await waiting()).toMatchObject({ total: 0 });
  });

  test('[A6] [D6] what cannot be read is refused; a user with tags is, too', async () => {
    for (const row of [
      { serial: 'X' },
      { serial: '', label: 'x' },
      { serial: 'X', label: '\u202E' },
      { serial: 'X', tags: [''] },
      { serial: 'X', label: 'd\uFFFDtude' },
      { serial: 'X', tags: ['2\uFFFDme'] },
      { serial: '1.23457E+12', label: 'x' },
      { serial: 'X', label: 'x', Tags: ['y'] },
    ]) {
      const answer = await harness.request('POST', '/api/v1/devices/import', {
        cookie: springfield.cookie,
        body: { rows: [{ line: 1, ...row }] },
      });
      expect([JSON.stringify(row), answer.status]).toEqual([JSON.stringify(row), 400]);
    }
    const site = await crew.person(springfield, 'site', { role: 'admin', tags: ['north'] });
    const rows = [{ line: 1, serial: 'HALL-1', label: 'x' }];
    expect((await crew.call(site.cookie, 'POST', '/devices/import', { rows })).status).toBe(403);
  });
});
