'use strict';
// node scripts/from-source.cjs FILE.ts [arguments]: runs a TypeScript file from its source, with every
// package of the workspace from theirs, so nothing needs a build. Installs what is missing first.
const fs = require('node:fs');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { ROOT } = require('./lib/workspace.cjs');

if (!fs.existsSync(path.join(ROOT, 'node_modules'))) {
  // What the install says is not what the command answers: it goes to standard error.
  const { status } = spawnSync('npm', ['run', '--silent', 'setup'], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (status !== 0) process.exit(status ?? 1);
}

const child = spawn(
  process.execPath,
  [
    '--conditions=quartet-source',
    '--enable-source-maps',
    `--require=${path.join(__dirname, 'register.cjs')}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, (_, number) => {
    // A terminal's Ctrl-C has reached the child already.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(number);
  });
}
child.on('error', (error) => {
  console.error(`${process.argv[2]} could not be run: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
