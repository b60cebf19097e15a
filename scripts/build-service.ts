/**
 * Builds the service as plain JavaScript in dist/service/: what an installation runs, without type stripping or hundreds of small files. Each of its
 * programs (the command line, each worker) is bundled with everything it imports, including packages: no node_modules is needed.
 */
import { build, transform, type OutputFile, type Plugin } from 'esbuild';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const OUT = join(root, 'dist', 'service');
const MAIN = 'cloud-broker/cli/main.ts';
const TARGET = 'node24';
/** What a build depends on besides the bundled sources. */
const RECIPE = ['package-lock.json', 'scripts/build-service.ts'];

/** How a source refers to another of our programs, or to a file of the installation. */
const BESIDE = /new URL\('(\.[^']*)', import\.meta\.url\)/g;

/** All programs are in one folder, so each is named after its full path. */
const programName = (source: string): string => source.replace(/\.ts$/, '').replaceAll('/', '-');

/** Keeps a source's references to files beside it valid in the build, and adds the programs it names to `programs`. */
function beside(programs: Set<string>): Plugin {
  return {
    name: 'beside',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path.includes('/node_modules/')) return null;
        const text = await readFile(path, 'utf8');
        if (/\bimport\.meta\b/.test(text.replaceAll(BESIDE, '')))
          throw new Error(`${path}: of import.meta only \`new URL('./…', import.meta.url)\` can be bundled`);
        const contents = text.replaceAll(BESIDE, (_all, named: string) => {
          const target = resolve(dirname(path), named);
          const source = relative(root, target);
          if (!source.endsWith('.ts')) return `new URL('${relative(OUT, target)}', import.meta.url)`;
          programs.add(source);
          return `new URL('./${programName(source)}.js', import.meta.url)`;
        });
        return { contents, loader: 'ts' };
      });
    },
  };
}

/** Packages that read their own files, located beside them. */
const READING: Record<string, string> = { '@fastify/swagger': 'package.json', '@fastify/swagger-ui': 'static' };
/** Packages that could start their own threads, which nothing here makes them do. */
const NEVER_ASKED = /node_modules\/(pino|thread-stream|qlobber)\//;

/** Sets a package's `__dirname` in the build to the folder with copies of the files it reads. */
const packages: Plugin = {
  name: 'packages',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.c?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!/\b__(dirname|filename)\b/.test(text) || NEVER_ASKED.test(path)) return null;
      const [, inPackages = ''] = path.split(/.*\/node_modules\//);
      if (!Object.keys(READING).some((name) => inPackages.startsWith(`${name}/`)))
        throw new Error(`${path} looks for files beside it: see what it reads`);
      return {
        contents: text.replaceAll('__dirname', `(__dirname+${JSON.stringify(`/packages/${dirname(inPackages)}`)})`),
        loader: 'js',
      };
    });
  },
};

const NEVER_CALLED = "module.exports = () => { throw new Error('schemas are made by zod alone') }";

/** What packages include for old versions of Node or for options not used here; and YAML, which is loaded only if there is a YAML file. */
const STAND_INS: Record<string, string> = {
  yaml: "for (const name of ['parse', 'stringify']) exports[name] = (...given) => require('yaml')[name](...given)",
  '@fastify/ajv-compiler': NEVER_CALLED,
  '@fastify/fast-json-stringify-compiler': NEVER_CALLED,
  // The tests have shown that the plugins fit fastify.
  semver: 'exports.satisfies = () => true',
  debug: 'module.exports = () => () => {}',
  glob: "exports.glob = () => { throw new Error('@fastify/static lists no files here') }",
};

const standIns: Plugin = {
  name: 'stand-ins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[@a-z]/ }, ({ path, namespace }) =>
      namespace !== 'stand-in' && path in STAND_INS ? { path, namespace: 'stand-in' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: STAND_INS[path] ?? '', resolveDir: root }));
  },
};

/** Split into ES module parts, the only format esbuild splits; `writePart` converts each to CommonJS. */
async function buildProgram(source: string, programs: Set<string>): Promise<{ parts: OutputFile[]; inputs: string[] }> {
  const { metafile, outputFiles } = await build({
    entryPoints: [{ in: join(root, source), out: programName(source) }],
    outdir: OUT,
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    minifySyntax: true,
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'warning',
    absWorkingDir: root,
    plugins: [beside(programs), standIns, packages],
  });
  return { parts: outputFiles, inputs: Object.keys(metafile.inputs) };
}

async function writePart(path: string, text: string): Promise<void> {
  const { code, map } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    // As `require`: Node's ES module loader takes longer for each module, and loads everything that a Node built-in exports, such as WebSocket of
    // node:http.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '$here' },
    ...(text.includes('import.meta.url') ? { banner: "const $here=require('node:url').pathToFileURL(__filename);" } : {}),
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: path,
  });
  await writeFile(path, `${code}//# sourceMappingURL=${basename(path)}.map\n`);
  await writeFile(`${path}.map`, map);
}

/** Our source files with the time and size by which bin/ detects a change. */
async function sourcesOf(files: Iterable<string>, beganMs: number): Promise<Record<string, [number, number]>> {
  const entries = await Promise.all(
    [...files].map(async (file): Promise<[string, [number, number]]> => {
      const { mtimeMs, size } = await stat(join(root, file));
      if (mtimeMs > beganMs) throw new Error(`${file} changed while it was built`);
      return [file, [mtimeMs, size]];
    }),
  );
  return Object.fromEntries(entries);
}

/** Builds dist/service/ in `into`. */
export async function buildService(into = root): Promise<void> {
  const beganMs = Date.now();
  const out = join(into, 'dist', 'service');
  // Node's compile cache of the last build is deleted with it.
  for (const old of [out, join(into, 'dist', 'compile-cache')]) await rm(old, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'package.json'), '{ "type": "commonjs" }\n');
  const programs = new Set([MAIN]);
  const files = new Set(RECIPE);
  // Iterating over a set includes elements added meanwhile.
  for (const program of programs) {
    const { parts, inputs } = await buildProgram(program, programs);
    await Promise.all(parts.map(async ({ path, text }) => writePart(join(out, basename(path)), text)));
    for (const input of inputs) if (!/node_modules\/|^stand-in:/.test(input)) files.add(input);
  }
  for (const [name, read] of Object.entries(READING))
    await cp(join(root, 'node_modules', name, read), join(out, 'packages', name, read), { recursive: true });
  await writeFile(join(out, `${programName(MAIN)}.js.sources.json`), JSON.stringify(await sourcesOf(files, beganMs)));
}

if (import.meta.main) {
  await buildService();
  process.stdout.write('dist/service\n');
}
