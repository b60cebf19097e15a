import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { BoardClient } from '../support/board-client.ts';
import { someAtATime } from '../support/display.ts';
import { openTls } from '../support/mqtt-session.ts';
import { TestService } from '../support/service.ts';

const CONNECTIONS = 10_000;
const AT_ONCE = 100;
/** Of so many connections one does the whole TLS handshake before it begins with its garbage. */
const TLS_EVERY = 20;
/** They connect and say nothing until they are closed. */
const SILENT = 32;
/** How much more memory than before the service may ever have had, at most. */
const MAX_MORE_MB = 200;
/** Budgets count by address: the honest board is not the flood's neighbour. */
const FLOOD_FROM = '127.0.0.1';
const HONEST_FROM = '127.0.0.2';

function megabytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

async function untilClosed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined).resume();
  if (socket.closed) return;
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
}

function plain(service: TestService): Socket {
  const { hostname: host, port } = new URL(service.mqtt);
  return connect({ host, port: Number(port), localAddress: FLOOD_FROM });
}

/** A connection with garbage in it: most are not even TLS, some are; of those every other announces a CONNECT of 190 MB. */
async function garbage(service: TestService, number: number): Promise<void> {
  const bytes = randomFillSync(Buffer.alloc(1 + ((number * 997) % 4000)));
  if (number % TLS_EVERY !== 0) {
    const socket = plain(service);
    socket.write(bytes);
    return untilClosed(socket);
  }
  const socket = await openTls(service, { localAddress: FLOOD_FROM }).catch(() => null);
  if (socket === null) return;
  const isHuge = number % (2 * TLS_EVERY) === 0;
  socket.write(isHuge ? Buffer.concat([Buffer.from([0x10, 0x80, 0x80, 0xce, 0x5a]), bytes]) : bytes);
  await untilClosed(socket);
}

test('[E10] 10,000 connections of garbage: memory stays bounded, and an honest board enrols and beats meanwhile', async () => {
  const service = await TestService.start();
  await service.domain('springfield');
  await service.list([{ board: 'hall' }, { board: 'gym' }]);
  const { pid } = service;
  const before = megabytes(pid, 'VmRSS');
  const startedMs = performance.now();

  const silent = Array.from({ length: SILENT }, () => untilClosed(plain(service)));
  let isFlooding = true;
  let done = 0;
  const flood = someAtATime(Array.from({ length: CONNECTIONS }), AT_ONCE, async (_, number) => {
    await garbage(service, number);
    done += 1;
  }).finally(() => {
    isFlooding = false;
  });

  const honest = new BoardClient({ board: 'hall', domain: 'springfield', localAddress: HONEST_FROM });
  const link = await honest.connect(service, await honest.enrol(service));
  expect(isFlooding, `enrolled after ${done} connections of the flood`).toBe(true);
  const waits: number[] = [];
  while (isFlooding) {
    const sentMs = performance.now();
    await link.heartbeat();
    waits.push(performance.now() - sentMs);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  await flood;
  await Promise.all(silent);
  const seconds = (performance.now() - startedMs) / 1000;
  const peak = megabytes(pid, 'VmHWM');
  const slowest = Math.max(...waits);
  console.info(
    `flood: ${CONNECTIONS} connections in ${seconds.toFixed(1)} s; memory ${before.toFixed(0)} MB before, ${peak.toFixed(0)} MB at most; ` +
      `${waits.length} honest heartbeats, the slowest acknowledged after ${slowest.toFixed(0)} ms`,
  );
  expect(waits.length).toBeGreaterThan(0);
  expect(peak - before).toBeLessThan(MAX_MORE_MB);

  // Whoever shares the flood's address waits behind the others, and gets in.
  const neighbour = new BoardClient({ board: 'gym', domain: 'springfield', localAddress: FLOOD_FROM });
  expect((await neighbour.enrol(service)).credits.granted).toBe(1095);
  expect(service.pid).toBe(pid);
});
