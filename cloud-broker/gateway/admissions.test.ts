import { describe, expect, test } from 'vitest';
import { Admissions } from './admissions.ts';
import { gatewayOfTest, newDevice } from './test-setup.ts';
import { connectFrame, rawConnect, rawSession, until } from './test-support.ts';

/** Certificates are live as `live` says; each answer waits until the test gives it. */
function stage() {
  const answers: (() => void)[] = [];
  const register = { live: true };
  const admissions = new Admissions({
    admits: async () => {
      const seen = register.live;
      await new Promise<void>((resolve) => answers.push(resolve));
      return seen;
    },
  });
  const ask = async (commonName: string): Promise<boolean> => admissions.admits({ commonName, fingerprint: 'f' });
  return { admissions, answers, register, ask };
}

describe('whether a device is let in', () => {
  test('[E9] an answer from before a revocation does not count: the store is asked again', async () => {
    const { admissions, answers, register, ask } = stage();
    const admitted = ask('d-1');
    register.live = false;
    admissions.revoked('d-1');
    answers.shift()?.();
    await until(() => answers.length === 1);
    answers.shift()?.();
    expect(await admitted).toBe(false);
  });

  test('[E9] the revocation of another device asks nothing again, and one that comes later finds nobody who waits', async () => {
    const { admissions, answers, ask } = stage();
    const admitted = ask('d-1');
    admissions.revoked('d-2');
    answers.shift()?.();
    expect(await admitted).toBe(true);
    admissions.revoked('d-1');
    expect(answers).toHaveLength(0);
  });
});

describe('while the store is asked', () => {
  test('[E9] a device that is revoked gets no session', async () => {
    const service = await gatewayOfTest();
    const { id, key } = await newDevice(service);
    const { recorder, gateway } = service;
    let asked = 0;
    recorder.admits = async () => {
      asked += 1;
      // The first answer was true when it was read, and comes behind the revocation.
      if (asked === 1) gateway.disconnect(id);
      return asked === 1;
    };
    const { code } = await rawSession(service, { clientId: id }, key);
    expect([asked, code]).toEqual([2, 5]);
    expect(gateway.figures().deviceSessions).toBe(0);
  });

  test('a display that goes away leaves no session behind', async () => {
    const service = await gatewayOfTest();
    const { id, key } = await newDevice(service);
    const { recorder, gateway } = service;
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<boolean>();
    recorder.admits = async () => {
      asked.resolve();
      return answer.promise;
    };
    const client = await rawConnect(service, key);
    client.socket.write(connectFrame({ clientId: id }));
    await asked.promise;
    client.socket.destroy();
    await until(() => gateway.figures().refused['no-connect'] === 1);
    answer.resolve(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect([gateway.isConnected(id), gateway.figures().deviceSessions]).toEqual([false, 0]);
  });
});
