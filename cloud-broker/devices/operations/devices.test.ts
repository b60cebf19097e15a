import { describe, expect, test } from 'vitest';
import { twoDomains } from '../../../test/support/in-process.ts';
import { CHANGE, enrolled, START } from '../../../test/support/store.ts';

describe('changing a device', () => {
  test('[A3] label and tags, each left as it was where it is not given; the audit says what it was', async () => {
    const { store, domainId, accept } = await twoDomains();
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    const change = (label: string | null, tags: string[] | null): Promise<void> =>
      store.write('changeDevice', { id: deviceId, label, tags, domainId, now: START, ...CHANGE });
    await change('Hall', null);
    await change(null, ['east', 'big']);
    expect(await store.reader.get('SELECT label, tags FROM devices')).toEqual({ label: 'Hall', tags: '["east","big"]' });
    expect(
      (await store.reader.all<{ details: string }>("SELECT details FROM audit WHERE action = 'device.changed'")).map(
        ({ details }) => JSON.parse(details) as unknown,
      ),
    ).toEqual([
      { before: { label: 'SN-1', tags: '[]' }, label: 'Hall', tags: null },
      { before: { label: 'Hall', tags: '[]' }, label: null, tags: ['east', 'big'] },
    ]);
  });

  test('[A4] another domain’s device is not there', async () => {
    const { store, domainId, accept } = await twoDomains();
    await accept();
    const { deviceId } = await enrolled(store, { serial: 'SN-1' });
    const change = { id: deviceId, label: 'Stolen', tags: null, domainId: domainId + 1, now: START, ...CHANGE };
    await expect(store.write('changeDevice', change)).rejects.toMatchObject({ code: 'not-found' });
    expect(await store.reader.get('SELECT label FROM devices')).toEqual({ label: 'SN-1' });
  });
});
