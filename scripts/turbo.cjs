'use strict';
// Turbo with its telemetry off, whatever this machine's settings say: npm run build, typecheck.
const { spawn } = require('node:child_process');
const { QUIET, TURBO } = require('./lib/turbo.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const turbo = spawn(TURBO, process.argv.slice(2), {
  cwd: ROOT,
  env: { ...process.env, ...QUIET },
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, (_, number) => turbo.kill(number));
}
turbo.on('error', (error) => {
  console.error(`turbo could not be run: ${error.message} ("npm run setup" installs it)`);
  process.exit(1);
});
turbo.on('exit', (code) => process.exit(code ?? 1));
