/**
 * The law of the house: who may import whom, and what a rule may touch. All of it is data: a folder that moves changes a line here.
 */
import { posix } from 'node:path';
import { Visitor } from 'vite';
import { circles, fileGraph, parsed, roomGraph, type SourceFile } from './import-graph.ts';

/** A capability may import those to its right: the list reads from the left, what stands on everything, to the right, what stands on nothing. */
const CAPABILITIES = [
  'backup',
  'overview',
  'operator',
  'portal',
  'webhooks',
  'enrolment',
  'alerts',
  'billing',
  'product-keys',
  'device-commands',
  'presence',
  'register',
  'users',
  'devices',
  'domains',
  'identity',
  'ledger',
  'audit',
] as const;

/** What capabilities stand on. It knows none of them: what it needs is handed in. */
const PLUMBING = new Set(['store', 'gateway', 'http', 'keys', 'net', 'mail']);

/** What puts everything together, or stands outside and starts it. */
const COMPOSITION = new Set(['service', 'cli', 'demo', 'simulate']);

/** Rooms that each other room outside of the service may import. */
const BESIDE_THE_SERVICE: Record<string, { may: readonly string[]; why: string }> = {
  protocol: { may: [], why: 'protocol is the leaf: it imports nothing of ours, so that anyone can speak it' },
  'firmware-shim': { may: ['protocol'], why: 'firmware-shim knows the board and the protocol, nothing else' },
  agent: { may: ['protocol', 'firmware-shim'], why: 'agent and service meet only in the protocol' },
  console: { may: ['protocol'], why: 'the console runs in a browser: of ours it imports only the protocol' },
};

/** Files that are rules: every `rules.ts`, everything in a folder `rules/`, and what a commit leads to. */
const RULES: readonly RegExp[] = [/\/rules(\.ts$|\/)/, /^cloud-broker\/store\/effects\.ts$/];

const isTest = (path: string): boolean =>
  /\.test\.tsx?$|^test\/|\/testing\/|\/support\/|test-(support|setup)\.ts$/.test(path) ||
  /\b(vitest|vite)\.config\.ts$/.test(path);

export const isRule = (path: string): boolean => !isTest(path) && RULES.some((pattern) => pattern.test(path));

/** The room of a file: the first folder, in the service the second. */
export function roomOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const folder = folders.slice(0, folders[0] === 'cloud-broker' ? 2 : 1).join('/');
  return folder.replace('cloud-broker/', '');
}

/** Why one room may not import another; null where it may. */
function whyNot(from: string, to: string): string | null {
  const beside = BESIDE_THE_SERVICE[from];
  if (beside !== undefined) return beside.may.includes(to) ? null : beside.why;
  if (to === 'protocol' || COMPOSITION.has(from) || from === 'scripts') return null;
  if (to === 'console' || to === 'agent') return BESIDE_THE_SERVICE[to]?.why ?? null;
  if (COMPOSITION.has(to)) return 'only what starts the service imports what puts it together: what a room needs is handed in';
  const own = CAPABILITIES.findIndex((name) => name === from);
  const other = CAPABILITIES.findIndex((name) => name === to);
  if (PLUMBING.has(from)) {
    if (other >= 0) return 'plumbing imports no capability: what it needs is handed in';
    if (from === 'gateway' && to !== 'net' && to !== 'keys')
      return 'the gateway carries messages to its handlers: it knows neither the API nor the store';
    return from === 'http' && to === 'gateway' ? 'http and gateway never import each other: the service wires them' : null;
  }
  if (own < 0) return `no rule knows the room ${from}: give it a place in test/support/house.ts`;
  if (to === 'gateway') return 'a capability knows no transport: the service hands its messages on';
  return other >= 0 && other < own ? `a capability imports only those to its right: ${to} stands to the left of ${from}` : null;
}

interface Violation {
  from: string;
  to: string;
  why: string;
}

/** Imports that the law forbids, by files. */
export function forbidden(files: readonly SourceFile[]): Violation[] {
  return [...fileGraph(files)].flatMap(([from, targets]) =>
    [...targets].flatMap((to) => {
      const why = whyForbidden(from, to);
      return why === null ? [] : [{ from, to, why }];
    }),
  );
}

function whyForbidden(from: string, to: string): string | null {
  if (isTest(from)) return null;
  if (isTest(to)) return 'what is delivered imports no test';
  if (isRule(from) && !isRule(to) && roomOf(to) !== 'protocol') return 'a rule imports only the protocol and other rules';
  return roomOf(from) === roomOf(to) ? null : whyNot(roomOf(from), roomOf(to));
}

/** Packages that the protocol imports and should not. */
export function foreignToProtocol(files: readonly SourceFile[]): Violation[] {
  return files
    .filter(({ path }) => roomOf(path) === 'protocol' && !isTest(path))
    .flatMap(({ path, specifiers }) =>
      specifiers
        .filter((specifier) => !specifier.startsWith('.') && !['zod', 'node:crypto'].includes(specifier))
        .map((to) => ({
          from: path,
          to,
          why: 'protocol imports only zod and what Node hashes with, so that anyone can speak it',
        })),
    );
}

/** Rooms, and folders of the console, that import each other in circles. Tests are left out, which may cross all rooms, and the service, which puts all together. */
export function roomCircles(files: readonly SourceFile[]): string[][] {
  const counted = files.filter(({ path }) => !isTest(path) && !COMPOSITION.has(roomOf(path)));
  const folderOf = (path: string): string =>
    roomOf(path) === 'console' ? posix.dirname(path).split('/').slice(1, 3).join('/') : roomOf(path);
  return circles(roomGraph(fileGraph(counted), folderOf));
}

/** Modules of Node in which nothing is read or waited for, beside what `RANDOM` names. */
const PURE_MODULES = new Set(['node:crypto', 'node:net', 'node:buffer', 'node:url', 'node:util']);
const PURE_NAMES: Record<string, ReadonlySet<string>> = { 'node:net': new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList']) };
const RANDOM = /^(random|generate|getRandom)/;
const CLOCKS = new Set(['Date.now', 'performance.now', 'process.hrtime', 'Temporal.Now']);
const CHANCE = new Set(['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);
const OUTSIDE = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'require']);

const NO_CLOCK = 'a rule reads no clock: the time is a parameter';
const NO_CHANCE = 'a rule draws nothing at random: chance is a parameter';
const NO_OUTSIDE = 'a rule reads and waits for nothing outside of its parameters';

/** What a rule does that no rule may, each with why. */
export function impurities({ path, text }: Pick<SourceFile, 'path' | 'text'>): string[] {
  const found: string[] = [];
  const add = (what: string, why: string): void => void found.push(`${path} uses ${what}: ${why}`);
  const { module, program } = parsed(path, text);
  for (const { moduleRequest, entries } of module.staticImports) {
    const from = moduleRequest.value;
    if (!from.startsWith('node:')) continue;
    if (!PURE_MODULES.has(from)) add(from, NO_OUTSIDE);
    for (const { importName, isType } of entries) {
      const name = importName.name ?? '*';
      if (isType) continue;
      if (RANDOM.test(name)) add(name, NO_CHANCE);
      else if (PURE_NAMES[from]?.has(name) === false) add(`${from} ${name}`, NO_OUTSIDE);
    }
  }
  new Visitor({
    MemberExpression: ({ object, property }) => {
      if (object.type !== 'Identifier' || property.type !== 'Identifier') return;
      const name = `${object.name}.${property.name}`;
      if (CLOCKS.has(name)) add(name, NO_CLOCK);
      if (CHANCE.has(name)) add(name, NO_CHANCE);
      if (object.name === 'process') add(name, NO_OUTSIDE);
    },
    NewExpression: ({ callee, arguments: given }) => {
      if (callee.type === 'Identifier' && callee.name === 'Date' && given.length === 0) add('new Date()', NO_CLOCK);
    },
    CallExpression: ({ callee }) => {
      if (callee.type !== 'Identifier') return;
      if (callee.name === 'Date') add('Date()', NO_CLOCK);
      if (OUTSIDE.has(callee.name)) add(`${callee.name}()`, NO_OUTSIDE);
    },
  }).visit(program);
  return found;
}
