'use strict';
// Runs after `npm ci`: builds the agent's single file and the console, so that one more command starts the service.
// npm also runs `prepare` when `npx rollcall` first links this project into its cache; there is nothing to build then.
if (process.env.npm_command !== 'exec') {
  const { execSync } = require('node:child_process');
  execSync('npm run build', { stdio: 'inherit', cwd: require('node:path').join(__dirname, '..') });
}
