/** Debian's PostgreSQL for the tests of one run: its own data folder, a socket and no port, an unprivileged user, and fsync on. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrations } from '../../cloud-broker/service/migrations.ts';
import { migrate } from '../../cloud-broker/store/postgres/migrate.ts';
import { postgresMigrations } from '../../cloud-broker/store/postgres/schema.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the run's PostgreSQL, with the database `postgres`. */
    postgres: string;
  }
}

/** Copied for each test: migrating takes longer. */
export const TEMPLATE = 'rollcall_template';

function programs(): string {
  const found = globSync('/usr/lib/postgresql/*/bin/postgres').toSorted().at(-1);
  if (found === undefined) throw new Error('PostgreSQL is missing: run scripts/install-test-tools.sh');
  return dirname(found);
}

/** PostgreSQL refuses to run as root. It ends with whoever started it, however that ends. */
function unprivileged(command: string[]): string[] {
  const user = process.getuid?.() === 0 ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  return [...user, '--pdeathsig=INT', '--', ...command];
}

async function isAnswering(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  return client.connect().then(
    async () => client.end().then(() => true),
    () => false,
  );
}

async function start(folder: string, url: string): Promise<ChildProcess> {
  const bin = programs();
  mkdirSync(join(folder, 'socket'));
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'postgres', folder]);
  const data = join(folder, 'data');
  const init = [join(bin, 'initdb'), '-D', data, '-U', 'rollcall', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  execFileSync('setpriv', unprivileged(init), { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const settings = [
    '-c',
    'listen_addresses=',
    '-c',
    `unix_socket_directories=${join(folder, 'socket')}`,
    '-c',
    'max_connections=200',
  ];
  const server = spawn('setpriv', unprivileged([join(bin, 'postgres'), '-D', data, ...settings]), {
    cwd: folder,
    stdio: 'ignore',
  });
  while (!(await isAnswering(url))) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}`);
    await delay(50);
  }
  return server;
}

/** Started before the first test of the project, stopped after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-postgres-'));
  chmodSync(folder, 0o755);
  const address = (database: string): string => `postgresql://rollcall@localhost/${database}?host=${join(folder, 'socket')}`;
  const server = await start(folder, address('postgres'));
  const client = new pg.Client({ connectionString: address('postgres') });
  await client.connect();
  // Whatever an operator's database sorts by, the product's texts are compared byte by byte.
  await client.query(`CREATE DATABASE ${TEMPLATE} TEMPLATE template0 ICU_LOCALE 'en-US' LOCALE_PROVIDER icu`);
  await client.end();
  await migrate(address(TEMPLATE), TEMPLATE, postgresMigrations(migrations), () => undefined);
  project.provide('postgres', address('postgres'));
  return async () => {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
}
