import { expect, test } from 'vitest';
import { checkCode, keyFingerprint } from '../../protocol/signing.ts';
import { BoardClient, type EnrolmentLink } from '../support/board-client.ts';
import { someAtATime } from '../support/display.ts';
import { TestService } from '../support/service.ts';

const BOARDS = 300;
const NETWORKS = 10;
const AT_ONCE = 10;
/** E6: what a board that waits is told within. */
const WITHIN_MS = 2000;

interface WaitingBoard {
  client: BoardClient;
  link: EnrolmentLink;
  checkCode: string;
}

async function waits(service: TestService, number: number): Promise<WaitingBoard> {
  const client = new BoardClient({
    board: `room-${number},nokey`,
    domain: 'springfield',
    localAddress: `127.0.0.${10 + (number % NETWORKS)}`,
  });
  const link = await client.open(service);
  const request = await client.request();
  link.send(request);
  const challenge = await link.next();
  if (challenge.type !== 'challenge') throw new Error(`no challenge but ${JSON.stringify(challenge)}`);
  link.send(await client.proof(request, challenge.nonce));
  const pending = await link.next();
  expect(pending).toMatchObject({ type: 'pending', code: 'awaiting-approval' });
  if (pending.type === 'pending') expect(pending.waitS).toBeGreaterThan(60);
  return { client, link, checkCode: checkCode(keyFingerprint(client.publicKey)) };
}

test(`[E6] ${BOARDS} boards that wait are each told their decision within 2 s, in the session they asked in`, async () => {
  const service = await TestService.start();
  const admin = await service.domain('springfield');
  const boards = await someAtATime(Array.from({ length: BOARDS }), AT_ONCE, async (_, number) => waits(service, number));
  const byCode = new Map<string, string>();
  const rows = await admin.devices({ status: 'pending' });
  for (const { id, pending } of rows) byCode.set(pending?.checkCode ?? '', id);
  expect(byCode.size).toBe(BOARDS);

  let slowestMs = 0;
  await someAtATime(boards, AT_ONCE, async ({ link, checkCode: shown }, index) => {
    const id = byCode.get(shown) ?? '';
    const rejects = index % 10 === 0;
    await (rejects ? admin.reject(id) : admin.approve(id));
    const decidedMs = performance.now();
    expect(await link.next()).toMatchObject(rejects ? { type: 'rejected', code: 'blocked' } : { type: 'accepted', deviceId: id });
    slowestMs = Math.max(slowestMs, performance.now() - decidedMs);
  });
  console.info(`${BOARDS} decisions, the slowest told after ${slowestMs.toFixed(0)} ms`);
  expect(slowestMs).toBeLessThan(WITHIN_MS);
  const [, second] = boards;
  expect((await admin.devices({ status: 'pending' })).length).toBe(0);
  // The certificate that came with the decision is a live one.
  const accepted = await second?.client.enrol(service);
  expect(accepted).toMatchObject({ replay: true });
});
