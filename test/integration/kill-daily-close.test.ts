import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { firstChargedDay } from '../../cloud-broker/ledger/rules/usage.ts';
import { trialEnd } from '../../cloud-broker/domains/rules/status.ts';
import { verifyLedger } from '../../cloud-broker/ledger/verify-books.ts';
import { eventually } from '../support/process.ts';
import { seededRandom, seedOfRun } from '../support/seed.ts';
import { enrolled, listBoards, openTestStore, START, temporaryFolder, testDomain, testStore } from '../support/store.ts';

const CHILD = fileURLToPath(new URL('../support/daily-close-child.ts', import.meta.url));
const DOMAINS = 150;
const CREDITS = 40;
const FIRST_DAY = firstChargedDay(trialEnd(START));
const KILLS = 4;
const DAYS_A_ROUND = 25;

/** Domains of one board each, whose credits last for 40 days. */
async function fill(folder: string): Promise<void> {
  const store = await openTestStore(folder);
  const names = Array.from({ length: DOMAINS }, (_, n) => `school${n}`);
  await listBoards(
    store,
    names.map((serial) => ({ serial, credits: CREDITS })),
  );
  await Promise.all(
    names.map(async (domain) => {
      await testDomain(store, domain);
      await enrolled(store, { serial: domain, domain });
    }),
  );
  await store.close();
}

interface Closer {
  process: ChildProcess;
  /** Days that it printed. */
  printed: number[];
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string | null>;
}

function closer(folder: string, from: number, through: number): Closer {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, folder, String(from), String(through)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const printed: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => printed.push(Number(line)));
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { process: child, printed, ended };
}

/** Kills it once it has printed `enough` days, and a moment: so the blow falls in the middle of a day, if it is still at it. */
async function killAfter(one: Closer, enough: number, momentMs: number): Promise<void> {
  await Promise.race([
    eventually(
      () => one.printed,
      (printed) => printed.length >= enough,
      `${enough} days`,
    ),
    one.ended,
  ]);
  await new Promise((resolve) => {
    setTimeout(resolve, momentMs);
  });
  one.process.kill('SIGKILL');
}

test('[L6] [L4] two processes close the days of many domains at once, and one is killed -9 again and again: each day once, none missed, the books are right', async () => {
  const random = seededRandom(seedOfRun('kill-daily-close'));
  const folder = await temporaryFolder();
  await fill(folder);
  let killed = 0;
  let from = FIRST_DAY;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const through = from + DAYS_A_ROUND - 1;
    const victim = closer(folder, from, through);
    const survivor = closer(folder, from, through);
    await killAfter(victim, 1 + Math.floor(random() * 3), random() * 10);
    // Every other blow hits both, so that a day may stay half closed until the next begins.
    const both = kill % 2 === 1;
    if (both) survivor.process.kill('SIGKILL');
    if ((await victim.ended) === 'SIGKILL') killed += 1;
    expect(both ? [0, 'SIGKILL'] : [0]).toContain(await survivor.ended);
    const store = await openTestStore(folder);
    const verdict = await verifyLedger(store.file, []);
    expect(verdict).toMatchObject({ ok: true, sum: 0 });
    for (const day of [...victim.printed, ...survivor.printed]) {
      const row = await store.reader.get<{ n: number }>('SELECT count(*) AS n FROM usage_days WHERE day = ?', day);
      expect(row?.n, `domains closed on day ${day}`).toBe(DOMAINS);
    }
    from = (await store.reader.get<{ day: number }>('SELECT min(next_usage_day) AS day FROM domains'))?.day ?? 0;
    await store.close();
  }
  expect(killed, 'kills in the middle of closing').toBeGreaterThanOrEqual(KILLS / 2);

  const last = closer(folder, from, from + CREDITS);
  expect(await last.ended).toBe(0);
  const store = await testStore(folder);
  const charged = await store.reader.all<{ days: number; charged: number; balance: number }>(
    `SELECT count(*) AS days, sum(u.charged) AS charged, h.balance FROM usage_days u JOIN ledger_heads h ON h.domain_id = u.domain_id
     GROUP BY u.domain_id`,
  );
  expect(charged).toHaveLength(DOMAINS);
  const days = from + CREDITS - FIRST_DAY + 1;
  for (const row of charged) expect({ ...row }).toEqual({ days, charged: CREDITS, balance: 0 });
  expect(await verifyLedger(store.file, [])).toMatchObject({
    ok: true,
    domains: DOMAINS,
    transfers: DOMAINS * (1 + CREDITS),
    sum: 0,
  });
  expect(await store.reader.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
});
