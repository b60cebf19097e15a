import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { ROOT } from '../support/process.ts';

const marks = z.looseObject({ dev: z.boolean().default(false), devOptional: z.boolean().default(false) });
const lock = z.object({ packages: z.record(z.string(), marks) });
const manifest = z.object({ devDependencies: z.record(z.string(), z.string()) });

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

test('`npm ci --omit=dev` installs nothing that only builds or tests', () => {
  const { packages } = lock.parse(read('package-lock.json'));
  const { devDependencies } = manifest.parse(read('package.json'));
  // npm keeps `devOptional` ones where only `dev` is omitted: a peer of something in production names them.
  const installed = Object.entries(packages).filter(([, { dev }]) => !dev);
  expect(installed.filter(([, { devOptional }]) => devOptional).map(([path]) => path)).toEqual([]);
  // mqtt needs the types of node itself.
  expect(
    Object.keys(devDependencies).filter((name) => name !== '@types/node' && packages[`node_modules/${name}`]?.dev !== true),
  ).toEqual([]);
  expect(installed.length).toBeLessThan(220);
});
