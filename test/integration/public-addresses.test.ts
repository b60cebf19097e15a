import { connect, type PeerCertificate } from 'node:tls';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { DidNotStart, TestService } from '../support/service.ts';

async function leafOf(service: TestService, servername: string): Promise<PeerCertificate> {
  const { hostname: host, port } = new URL(service.mqtt);
  const socket = connect({ host, port: Number(port), servername, ca: await readFile(service.ca) });
  await once(socket, 'secureConnect');
  const leaf = socket.getPeerCertificate();
  socket.destroy();
  return leaf;
}

test('[S2] displays are told the public broker address, and its host is in the certificate; serve tells where it listens beside', async () => {
  const before = await TestService.start();
  const { folder } = before;
  expect(before.publicMqtt).toBe(before.mqtt);
  expect(await before.stop()).toBe(0);
  const service = await TestService.start({
    folder,
    environment: {
      ROLLCALL_PUBLIC_URL: 'https://rollcall.example',
      ROLLCALL_PUBLIC_MQTT_URL: 'mqtts://displays.rollcall.example:443',
    },
  });
  expect([service.publicHttp, service.publicMqtt]).toEqual(['https://rollcall.example', 'mqtts://displays.rollcall.example:443']);
  expect(service.http).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  expect(service.mqtt).toMatch(/^mqtts:\/\/127\.0\.0\.1:[1-9]\d+$/);
  const discovery = (await (await fetch(`${service.http}/.well-known/rollcall`)).json()) as { brokerUrl: string };
  expect(discovery.brokerUrl).toBe(service.publicMqtt);

  await service
    .operator()
    .createDomain({ name: 'springfield', email: 'a@springfield.example', password: 'correct horse 7 battery' });
  await service.list([{ board: 'hall' }]);
  const accepted = await new BoardClient({ board: 'hall', domain: 'springfield' }).enrol(service);
  expect(accepted.brokerUrl).toBe(service.publicMqtt);

  // Verified under each name, as displays do it.
  for (const name of ['displays.rollcall.example', 'rollcall.example', 'localhost']) {
    const { subjectaltname } = await leafOf(service, name);
    expect(subjectaltname).toContain(`DNS:${name}`);
  }
});

test('a broker address that no display could use keeps the service from starting, and is named', async () => {
  const environment = { ROLLCALL_PUBLIC_MQTT_URL: 'mqtt://displays.rollcall.example' };
  const refused = await TestService.start({ environment }).catch((error: unknown) => error);
  if (!(refused instanceof DidNotStart)) throw new Error('it started');
  expect([refused.ended.code, refused.ended.stderr]).toEqual([
    1,
    expect.stringMatching(/^settings-invalid: .*\n.*ROLLCALL_PUBLIC_MQTT_URL\n.*must be mqtts/),
  ]);
});
