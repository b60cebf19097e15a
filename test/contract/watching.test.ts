/** The dashboard and the alert rules speak of figures that there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createMetrics } from '../../cloud-broker/http/metrics.ts';
import { ROOT } from '../support/process.ts';

const FOLDER = join(ROOT, 'docs', 'operations');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

const dashboard = z.object({
  title: z.string().min(1),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string().min(1),
      gridPos: z.object({ x: z.int().min(0), y: z.int().min(0), w: z.int().min(1).max(24), h: z.int().min(1) }),
      targets: z.array(z.object({ expr: z.string().min(1), refId: z.string() })).optional(),
    }),
  ),
});
const alerts = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Rollcall[A-Za-z]+$/),
          expr: z.string().min(1),
          for: z
            .string()
            .regex(/^\d+[mh]$/)
            .optional(),
          labels: z.object({ severity: z.enum(['info', 'warning', 'critical']) }),
          annotations: z.object({ summary: z.string().min(1), action: z.string().min(1) }),
        }),
      ),
    }),
  ),
});

/** Of each figure: its labels. */
let figures: Map<string, Set<string>>;

/** Names as the text of /metrics declares them, a histogram's three with it; labels as they stand there, or as its source names them. */
function figuresOf(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) found.set(name + suffix, new Set());
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) found.get(name)?.add(label);
  }
  return found;
}

/** What a query names that there is not. `job` and `instance` are put on by Prometheus, and `up` is its own. */
function unknownIn(query: string): string[] {
  const words = [...query.matchAll(/\b(?:rollcall|nodejs|process)_\w+/g)].map(([name]) => name);
  const labels = [...query.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inner = '']) =>
    [...inner.matchAll(/(\w+)\s*[=!]~?"/g)].map(([, label = '']) => `${name} ${label}`),
  );
  return [
    ...words.filter((name) => !figures.has(name)),
    ...labels.filter((pair) => {
      const [name = '', label = ''] = pair.split(' ');
      return !['job', 'instance'].includes(label) && figures.get(name)?.has(label) !== true;
    }),
  ];
}

beforeAll(async () => {
  const metrics = createMetrics({
    store: () => ({ waiting: 0 }),
    gateway: () => ({ enrolmentSessions: 0, deviceSessions: 0, waiting: 0, entriesPerSecond: null, refused: { busy: 1 } }),
    devices: () => ({ online: 1 }),
    rhythm: () => ({ intervalS: 60, jitterS: 10 }),
    heartbeats: () => 0,
    commandsOpen: () => 0,
    books: () => ({ ok: true, sumAt: null, proofAt: null }),
    disk: () => ({ free: 1, size: 2 }),
    openDays: () => 0,
    mailsWaiting: () => 0,
    machine: () => ({ storable: true, walBytes: 0, logFailures: 0, clockOffS: 0 }),
  });
  metrics.watchStreams(() => 0);
  metrics.enrolment('accepted', undefined);
  metrics.request(200);
  metrics.mail('sent');
  metrics.commit(5);
  figures = figuresOf(await metrics.text());
});

test('the dashboard can be read, shows each panel at a place of its own, and names only figures that /metrics has', () => {
  const { panels } = dashboard.parse(JSON.parse(read('grafana-dashboard.json')));
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  const queries = panels.flatMap(({ targets }) => targets ?? []).map(({ expr }) => expr);
  expect(queries.length).toBeGreaterThan(20);
  expect(queries.flatMap(unknownIn)).toEqual([]);
});

test('the alert rules can be read, have names of their own, and name only figures that /metrics has', () => {
  const rules = alerts.parse(parse(read('prometheus-alerts.yml'))).groups.flatMap((group) => group.rules);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  expect(rules.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
});

test('every figure of the service is on the dashboard or in an alert', () => {
  const watched = read('grafana-dashboard.json') + read('prometheus-alerts.yml');
  const ours = [...figures.keys()].filter((name) => name.startsWith('rollcall_') && !/_(?:sum|count)$/.test(name));
  expect(ours.filter((name) => !watched.includes(name))).toEqual([]);
});
