import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { newDisplay } from '../support/display.ts';
import { DidNotStart, TestService } from '../support/service.ts';

/** An address of this machine that is not loopback; null where it has none. */
function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

describe('what is not to be trusted', () => {
  test('[S3] discovery over plain http from an address that is not loopback is refused, though the service is there', async ({
    skip,
  }) => {
    const address = ownAddress();
    if (address === null) return skip('this machine has no address but loopback');
    const service = await TestService.start({ environment: { ROLLCALL_HTTP_HOST: '0.0.0.0' } });
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    const { port } = new URL(service.http);
    const outside = `http://${address}:${port}`;
    expect((await fetch(`${outside}/healthz`)).status).toBe(200);
    const refused = await newDisplay({ http: outside }, 'hall').run(['enroll', '--domain', 'springfield']);
    expect([refused.code, refused.json]).toMatchObject([1, { outcome: 'rejected', code: 'discovery-untrusted' }]);
    expect(service.log.all.filter((line) => line['route'] === '/.well-known/rollcall')).toEqual([]);
    const inside = await newDisplay({ http: `http://127.0.0.1:${port}` }, 'hall').run(['enroll', '--domain', 'springfield']);
    expect([inside.code, inside.json]).toMatchObject([0, { outcome: 'accepted' }]);
  });

  test('[S1] a store with devices but without its CA key does not start, and makes no second CA', async () => {
    const service = await TestService.start();
    await service.domain('springfield');
    await service.list([{ board: 'hall' }]);
    await new BoardClient({ board: 'hall', domain: 'springfield' }).enrol(service);
    expect(await service.stop()).toBe(0);
    const caKey = join(service.folder, 'keys', 'ca.key');
    await rm(caKey);
    for (let start = 1; start <= 2; start += 1) {
      const refused = await service.restart().catch((error: unknown) => error);
      if (!(refused instanceof DidNotStart)) throw new Error('it started');
      expect(refused.ended.code).toBe(1);
      expect(refused.ended.stderr).toContain('ca-key-missing');
      expect(existsSync(caKey)).toBe(false);
    }
    expect((await service.command('ledger', 'verify')).stderr).toContain('ca-key-missing');
  });
});
