/** The law of the house, on the real graph of imports: what it says stands in support/house.ts. */
import { expect, describe, test } from 'vitest';
import { forbidden, foreignToProtocol, impurities, isRule, roomCircles, roomOf } from './support/house.ts';
import { circles, fileGraph, readSources, roomGraph, specifiersIn, type SourceFile } from './support/import-graph.ts';

const house = readSources('.');
const said = (violations: readonly { from: string; to: string; why: string }[]): string[] =>
  violations.map(({ from, to, why }) => `${from} imports ${to}: ${why}`);

/** A house of two files of which one imports the other. */
function planted(from: string, to: string): SourceFile[] {
  const up = '../'.repeat(from.split('/').length - 1);
  const text = `import { thing } from '${up === '' ? './' : up}${to}';`;
  return [
    { path: from, text, specifiers: specifiersIn(from, text) },
    { path: to, text: '', specifiers: [] },
  ];
}

describe('the house', () => {
  test('is read whole', () => {
    expect(house.length).toBeGreaterThan(1000);
    expect(new Set(house.map(({ path }) => roomOf(path)))).toContain('protocol');
    const graph = fileGraph(house);
    expect(graph.get('cloud-broker/service/store.ts')).toContain('cloud-broker/service/writer-thread.ts');
    const relative = house.flatMap(({ path, specifiers }) =>
      specifiers.filter((specifier) => /^\..*\.tsx?$/.test(specifier)).map((specifier) => `${path} ${specifier}`),
    );
    const arrows = [...graph.values()].reduce((sum, targets) => sum + targets.size, 0);
    expect(arrows).toBe(relative.length);
  });

  test('has no import that its law forbids', () => {
    expect(said(forbidden(house))).toEqual([]);
    expect(said(foreignToProtocol(house))).toEqual([]);
  });

  test('has no two files that import each other in a circle', () => {
    expect(circles(fileGraph(house))).toEqual([]);
  });

  test('has no two rooms that import each other in a circle', () => {
    expect(roomCircles(house)).toEqual([]);
  });

  test('has rules that read no clock, draw nothing at random and touch nothing outside', () => {
    const rules = house.filter(({ path }) => isRule(path));
    expect(rules.length).toBeGreaterThan(25);
    expect(rules.flatMap(impurities)).toEqual([]);
  });
});

describe('the law speaks where somebody imports', () => {
  test.each([
    ['protocol/api.ts', 'agent/log.ts', 'protocol is the leaf'],
    ['protocol/api.ts', 'cloud-broker/net/address.ts', 'protocol is the leaf'],
    ['firmware-shim/board.ts', 'agent/log.ts', 'firmware-shim knows the board and the protocol'],
    ['agent/setup/server.ts', 'cloud-broker/net/address.ts', 'agent and service meet only in the protocol'],
    ['cloud-broker/service/main.ts', 'agent/run.ts', null],
    ['cloud-broker/users/users.ts', 'agent/run.ts', 'agent and service meet only in the protocol'],
    ['cloud-broker/console/shell/App.tsx', 'cloud-broker/store/sqlite/connection.ts', 'the console runs in a browser'],
    ['cloud-broker/console/shell/App.tsx', 'firmware-shim/text.ts', 'the console runs in a browser'],
    ['cloud-broker/http/console.ts', 'cloud-broker/console/main.tsx', 'the console runs in a browser'],
    ['cloud-broker/net/address.ts', 'cloud-broker/ledger/rules/usage.ts', 'plumbing imports no capability'],
    ['cloud-broker/mail/mailer.ts', 'cloud-broker/alerts/mails.ts', 'plumbing imports no capability'],
    ['cloud-broker/store/sqlite/connection.ts', 'cloud-broker/webhooks/sender.ts', 'plumbing imports no capability'],
    ['cloud-broker/gateway/session.ts', 'cloud-broker/store/port.ts', 'it knows neither the API nor the store'],
    ['cloud-broker/gateway/session.ts', 'cloud-broker/http/api.ts', 'it knows neither the API nor the store'],
    ['cloud-broker/presence/routes/health.ts', 'cloud-broker/gateway/port.ts', 'a capability knows no transport'],
    ['cloud-broker/http/events/hub.ts', 'cloud-broker/gateway/port.ts', 'http and gateway never import each other'],
    ['cloud-broker/enrolment/service.ts', 'cloud-broker/gateway/port.ts', 'a capability knows no transport'],
    ['cloud-broker/ledger/close-days.ts', 'cloud-broker/users/users.ts', 'users stands to the left of ledger'],
    ['cloud-broker/enrolment/service.ts', 'cloud-broker/webhooks/sender.ts', 'webhooks stands to the left of enrolment'],
    ['cloud-broker/devices/rows.ts', 'cloud-broker/users/rows.ts', 'users stands to the left of devices'],
    ['cloud-broker/alerts/rows.ts', 'cloud-broker/enrolment/log.ts', 'enrolment stands to the left of alerts'],
    ['cloud-broker/operator/local.ts', 'cloud-broker/portal/claims.ts', null],
    ['cloud-broker/operator/local.ts', 'cloud-broker/service/main.ts', 'only what starts the service'],
    ['cloud-broker/mail/mailer.ts', 'cloud-broker/service/main.ts', 'only what starts the service'],
    [
      'cloud-broker/ledger/rules/usage.ts',
      'cloud-broker/store/sqlite/connection.ts',
      'a rule imports only the protocol and other rules',
    ],
    [
      'cloud-broker/enrolment/rules/decide.ts',
      'cloud-broker/enrolment/service.ts',
      'a rule imports only the protocol and other rules',
    ],
    ['cloud-broker/enrolment/rules/decide.ts', 'cloud-broker/devices/rules/identity.ts', null],
    ['cloud-broker/cellar/wine.ts', 'cloud-broker/net/address.ts', 'no rule knows the room cellar'],
    ['cloud-broker/net/address.ts', 'test/support/store.ts', 'what is delivered imports no test'],
    ['cloud-broker/net/networks.test.ts', 'cloud-broker/service/main.ts', null],
  ])('%s imports %s', (from, to, why) => {
    expect(said(forbidden(planted(from, to)))).toEqual(
      why === null ? [] : [expect.stringMatching(`^${from} imports ${to}: .*${why}`)],
    );
  });

  test('the protocol takes no package but zod', () => {
    const text = "import got from 'got';";
    expect(said(foreignToProtocol([{ path: 'protocol/api.ts', text, specifiers: ['got', 'zod'] }]))).toEqual([
      expect.stringContaining('protocol/api.ts imports got: protocol imports only zod'),
    ]);
  });

  test('rooms import each other in a circle', () => {
    const files = [
      ...planted('cloud-broker/portal/a.ts', 'cloud-broker/ledger/b.ts'),
      ...planted('cloud-broker/ledger/c.ts', 'cloud-broker/portal/d.ts'),
    ];
    expect(roomCircles(files)).toEqual([['ledger', 'portal']]);
    const pages = [
      ...planted('cloud-broker/console/devices/a.ts', 'cloud-broker/console/device/b.ts'),
      ...planted('cloud-broker/console/device/c.ts', 'cloud-broker/console/devices/d.ts'),
    ];
    expect(roomCircles(pages)).toEqual([['console/device', 'console/devices']]);
  });
});

describe('an import is seen', () => {
  test.each([
    ['with its values', "import { a } from './b.ts';"],
    ['for its types', "import type { A } from './b.ts';"],
    ['for its effect', "import './b.ts';"],
    ['handed on', "export { a } from './b.ts';"],
    ['handed on whole', "export * from './b.ts';"],
    ['when it is needed', "const { a } = await import('./b.ts');"],
    ['as a type in place', "type A = import('./b.ts').A;"],
    ['as a thread', "new Worker(new URL('./b.ts', import.meta.url));"],
  ])('%s', (_, text) => {
    expect(specifiersIn('a.ts', text)).toEqual(['./b.ts']);
    expect(specifiersIn('a.tsx', `${text}\nexport const element = <p />;`)).toEqual(['./b.ts']);
  });

  test('but not in a comment, a text or an address of something else', () => {
    const text = `// import './b.ts'\nconst a = "import './b.ts'";\nnew URL('./b.ts', 'https://rollcall.example');`;
    expect(specifiersIn('a.ts', text)).toEqual([]);
  });
});

test('circles are found, also where they share a file, and seen from further away', () => {
  const graph = new Map(
    Object.entries({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['a'], g: [] }).map(([from, to]) => [
      from,
      new Set(to),
    ]),
  );
  expect(circles(graph).map((one) => one.join(''))).toEqual(expect.arrayContaining(['abc', 'de']));
  expect(circles(graph)).toHaveLength(2);
  const rooms = roomGraph(graph, (node) => (node < 'd' ? 'low' : 'high'));
  expect(rooms.get('low')).toEqual(new Set(['high']));
  expect(circles(rooms)).toEqual([['high', 'low']]);
});

test.each([
  ['Date.now()', 'reads no clock'],
  ['new Date()', 'reads no clock'],
  ['Date()', 'reads no clock'],
  ['performance.now()', 'reads no clock'],
  ['Math.random()', 'draws nothing at random'],
  ['crypto.randomUUID()', 'draws nothing at random'],
  ["import { randomBytes } from 'node:crypto';", 'draws nothing at random'],
  ["import { createHash, randomUUID } from 'node:crypto';", 'draws nothing at random'],
  ["import { readFileSync } from 'node:fs';", 'nothing outside'],
  ["import { connect } from 'node:net';", 'nothing outside'],
  ["import { DatabaseSync } from 'node:sqlite';", 'nothing outside'],
  ["fetch('https://rollcall.example')", 'nothing outside'],
  ['setTimeout(() => undefined, 1)', 'nothing outside'],
  ["process.env['HOME']", 'nothing outside'],
])('a rule with `%s` is told', (text, why) => {
  expect(impurities({ path: 'cloud-broker/alerts/rules/rules.ts', text })).toEqual([expect.stringContaining(why)]);
});

test.each([
  'new Date(at)',
  'Date.parse(text)',
  'Date.UTC(2026, 10, 30)',
  "import { createHash } from 'node:crypto';",
  "import { isIP } from 'node:net';",
  "import type { Socket } from 'node:net';",
])('a rule with `%s` is a rule', (text) => {
  expect(impurities({ path: 'cloud-broker/alerts/rules/rules.ts', text })).toEqual([]);
});
