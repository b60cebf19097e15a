/**
 * Builds the agent as a single file, dist/rollcall-agent.cjs: a display needs only Node 20 or later and this file. What the agent does not need day
 * to day is not loaded with it: of mqtt.js only the client is included, and libraries for rare work stay packed until needed.
 */
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
export const AGENT_FILE = join(root, 'dist', 'rollcall-agent.cjs');

/** How to bundle any program for a display. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** Large, and loaded by `import()` for rare work: kept as compressed text, so that a start neither parses nor retains the code. */
const PACKED = /^(got|systeminformation)$/;

const packed: Plugin = {
  name: 'packed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: PACKED }, ({ path, kind }) => (kind === 'dynamic-import' ? { path, namespace: 'packed' } : null));
    onLoad({ filter: PACKED, namespace: 'packed' }, async ({ path }) => {
      const stdin = { contents: `export { default } from '${path}'`, resolveDir: root, sourcefile: 'packed.mjs' };
      const { outputFiles } = await build({ ...bundleOptions, stdin, write: false });
      const text = brotliCompressSync(outputFiles[0]?.contents ?? '').toString('base64');
      return {
        contents: `
          import { compileFunction } from 'node:vm';
          import { brotliDecompressSync } from 'node:zlib';
          const code = brotliDecompressSync(Buffer.from('${text}', 'base64')).toString();
          const loaded = { exports: {} };
          compileFunction(code, ['module', 'exports', 'require'], { filename: '${path}' })(loaded, loaded.exports, require);
          export default loaded.exports.default;`,
        resolveDir: root,
      };
    });
  },
};

/** What mqtt.js includes for browsers, websockets and old versions of Node. */
const STAND_INS: Record<string, string> = {
  mqtt: "exports.MqttClient = require('./node_modules/mqtt/build/lib/client.js').default",
  'readable-stream': "module.exports = require('node:stream')",
  'worker-timers': '',
  debug: 'module.exports = () => () => {}',
};

const smallMqtt: Plugin = {
  name: 'small-mqtt',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(mqtt|readable-stream|worker-timers|debug)$/ }, ({ path }) => ({ path, namespace: 'stand-in' }));
    onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] ?? '', resolveDir: root }));
    // Otherwise it would create 65,536 small buffers at the first packet.
    onLoad({ filter: /mqtt-packet[/\\]writeToStream\.js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\ngenerate.cacheNumbers = false`,
    }));
  },
};

const SETUP = join(root, 'agent', 'setup', 'browser');

/** The setup page's files as strings within the single file; a display's browser may be as old as its firmware. */
const setupPage: Plugin = {
  name: 'setup-page',
  setup({ onLoad }) {
    onLoad({ filter: /agent[/\\]setup[/\\]assets\.ts$/ }, async () => {
      const forBrowser = { ...bundleOptions, platform: 'browser', format: 'esm', target: 'chrome80', write: false } as const;
      const [html, style, script] = await Promise.all([
        readFile(join(SETUP, 'page.html'), 'utf8'),
        build({ ...forBrowser, entryPoints: [join(SETUP, 'style.css')] }),
        build({ ...forBrowser, entryPoints: [join(SETUP, 'main.ts')] }),
      ]);
      const texts = [html, style.outputFiles[0]?.text, script.outputFiles[0]?.text].map((text) => JSON.stringify(text ?? ''));
      return {
        contents: `export const pageHtml = () => ${texts[0]}; export const pageStyle = () => ${texts[1]};
          export const pageScript = (name) => name === 'main.ts' ? ${texts[2]} : null;`,
      };
    });
  },
};

export async function buildAgent(): Promise<void> {
  await build({
    ...bundleOptions,
    entryPoints: [join(root, 'agent', 'cli.ts')],
    outfile: AGENT_FILE,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [packed, smallMqtt, setupPage],
  });
  await chmod(AGENT_FILE, 0o755);
}

if (import.meta.main) {
  await buildAgent();
  const { size } = await stat(AGENT_FILE);
  process.stdout.write(`dist/rollcall-agent.cjs ${(size / 1024 / 1024).toFixed(2)} MB\n`);
}
