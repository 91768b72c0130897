'use strict';
// npm run docs:costs (after a build): measures what each style costs to have, and writes it into docs/comparison.md: the time
// from the start of a process to its first answer, the memory it has then, and the size of what its library brings.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { spawn, spawnSync } = require('node:child_process');
const { createRequire } = require('node:module');
const { setTimeout: sleep } = require('node:timers/promises');
const { isTaken } = require('./lib/ports.cjs');
const { APPS, ROOT } = require('./lib/workspace.cjs');

const PAGE = path.join(ROOT, 'docs/comparison.md');
const PART = /(<!-- generated: costs -->\n)[\s\S]*?(<!-- end -->)/;
const STARTS = 7;
const REQUESTS = 300;
const START_DEADLINE_MS = 30_000;
/** What an app of the style adds to its dependencies, besides drivers and what is ours. */
const LIBRARIES = {
  extension: ['sequelize'],
  declarative: ['sequelize', 'sequelize-typescript', 'reflect-metadata'],
  classical: ['typeorm', 'reflect-metadata'],
  'sql-builder': ['knex'],
};

async function main() {
  for (const { folder } of APPS)
    if (!fs.existsSync(path.join(folder, 'dist/server.js')))
      throw new Error('The apps are not built: npm run build, then npm run docs:costs.');
  const rows = [];
  for (const app of APPS) {
    console.error(`${app.style}: ${STARTS} starts …`);
    rows.push({ ...app, ...(await startsOf(app)), ...sizeOf(app) });
  }
  const cells = (value) => rows.map(value).join(' | ');
  const table = [
    `| what | ${cells(({ style }) => style)} |`,
    '| --- | --- | --- | --- | --- |',
    `| first answer, ms: median of ${STARTS} starts | ${cells(({ median }) => median)} |`,
    `| its spread: least and most | ${cells(({ least, most }) => `${least} to ${most}`)} |`,
    `| memory after ${REQUESTS} requests, MB | ${cells(({ memory }) => memory)} |`,
    `| what the library brings, packages | ${cells(({ packages }) => packages)} |`,
    `| what the library brings, MB on disk | ${cells(({ size }) => size)} |`,
    '',
    `Measured with Node ${process.versions.node} on ${os.cpus().length} cores (${process.platform}, ${process.arch}), on SQLite.`,
  ].join('\n');
  const page = fs.readFileSync(PAGE, 'utf8');
  fs.writeFileSync(
    PAGE,
    page.replace(PART, (_, begin, end) => `${begin}${table}\n${end}`),
  );
  const written = spawnSync(process.execPath, [path.join(__dirname, 'docs.cjs')], {
    stdio: 'inherit',
  });
  process.exitCode = written.status ?? 1;
}

async function startsOf({ folder, port }) {
  if (await isTaken(port)) throw new Error(`Port ${port} is taken: stop npm start first.`);
  const took = [];
  let memory = 0;
  for (let n = 0; n < STARTS; n++) {
    const data = fs.mkdtempSync(path.join(os.tmpdir(), 'costs-'));
    const began = performance.now();
    const child = spawn(process.execPath, ['dist/server.js'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), DATABASE_URL: `sqlite:///${data}/app.db` },
      stdio: 'ignore',
    });
    try {
      await firstAnswer(port, child);
      took.push(performance.now() - began);
      if (n === STARTS - 1) {
        for (let i = 0; i < REQUESTS; i++)
          await (await fetch(`http://127.0.0.1:${port}/users`)).text();
        memory = residentMb(child.pid);
      }
    } finally {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      fs.rmSync(data, { recursive: true, force: true });
    }
  }
  took.sort((a, b) => a - b);
  const [least, median, most] = [0, (STARTS - 1) / 2, STARTS - 1].map((i) => Math.round(took[i]));
  return { least, median, most, memory };
}

async function firstAnswer(port, child) {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/users`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(5);
  }
  throw new Error(`the app on port ${port} did not answer`);
}

function residentMb(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Math.round(Number(stdout) / 1024);
}

/** Each package once, with what it depends on; what is optional is left out. */
function sizeOf({ style, folder }) {
  const bindings = fs
    .readdirSync(path.join(ROOT, 'packages'))
    .map((name) => path.join(ROOT, 'packages', name));
  const seen = new Map();
  const visit = (name, from) => {
    const found = packageFolder(name, from);
    if (!found || seen.has(found)) return;
    seen.set(found, sizeOfFolder(found));
    const manifest = JSON.parse(fs.readFileSync(path.join(found, 'package.json'), 'utf8'));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency, [found]);
  };
  for (const name of LIBRARIES[style]) visit(name, [folder, ...bindings]);
  const bytes = [...seen.values()].reduce((sum, each) => sum + each, 0);
  return { packages: seen.size, size: (bytes / 1e6).toFixed(1) };
}

/** @returns {string | undefined} */
function packageFolder(name, from) {
  for (const start of from)
    for (const folder of createRequire(path.join(start, 'package.json')).resolve.paths(name) ??
      []) {
      const found = path.join(folder, name);
      if (fs.existsSync(path.join(found, 'package.json'))) return fs.realpathSync(found);
    }
  return undefined;
}

function sizeOfFolder(folder) {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter(
      (file) => file.isFile() && !file.parentPath.slice(folder.length).includes('node_modules'),
    )
    .reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath, file.name)).size, 0);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
