import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseBeside, START, temporaryFolder, testStore } from '../../test/support/store.ts';
import { defaultAlertSettings } from './rules/settings.ts';
import { alertRulesOf } from './rows.ts';
import { alertZones } from './schema.ts';
import { migrations } from '../service/migrations.ts';

const BEFORE_ZONES = migrations.indexOf(alertZones);
const OFFSET = /^([+-])(\d\d):?(\d\d)?$/;

test('[P7] rules of before that name an offset get a time zone that means the same; those with a zone keep theirs', async () => {
  const folder = await temporaryFolder();
  const file = databaseBeside(join(folder, 'rollcall.db'));
  for (const migration of migrations.slice(0, BEFORE_ZONES)) file.exec(migration);
  file.exec(`PRAGMA user_version = ${BEFORE_ZONES}`);
  const offsets = ['+01:00', '-05', '+0530', '+05:45', '-03:30', '+14:00', '-12:00', '+00:00', '-09:30'];
  const all = [...offsets, 'Europe/Paris', 'UTC', '+13:13'];
  for (const [index, timeZone] of all.entries()) {
    file
      .prepare(
        `INSERT INTO domains (id, name, organization, contact_name, phone, email, created_at) VALUES (?, ?, 'O', 'C', '1', 'a@b.example', ?)`,
      )
      .run(index + 1, `domain${index}`, START);
    file
      .prepare('INSERT INTO alert_rules VALUES (?, ?, ?)')
      .run(index + 1, JSON.stringify({ ...defaultAlertSettings, timeZone }), START);
  }
  file.close();
  const store = await testStore(folder);
  const zones = await Promise.all(all.map(async (_, index) => (await alertRulesOf(store.reader, index + 1)).settings.timeZone));
  expect(zones.slice(offsets.length)).toEqual(['Europe/Paris', 'UTC', 'UTC']);
  const january = Date.UTC(2027, 0, 15);
  for (const [index, offset] of offsets.entries()) {
    const [, sign, hours, minutes = '00'] = OFFSET.exec(offset) ?? [];
    const ahead = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zones[index] ?? '', timeZoneName: 'longOffset' });
    const named = format.formatToParts(january).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, also = '+', h = '0', m = '0'] = /([+-])(\d\d):(\d\d)/.exec(named) ?? [];
    expect([offset, (also === '-' ? -1 : 1) * (Number(h) * 60 + Number(m))]).toEqual([offset, ahead]);
  }
});
