'use strict';
// npm run readme: does what the README prints under "In your own app", as it is printed, in an empty folder beside the
// checkout, with an empty HOME; then uses every packed package from CommonJS, from ES modules and in strict TypeScript.
// On this Node, or on those asked for: npm run readme -- --node 20,22,24
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { brokenLinks } = require('./lib/docs/links.cjs');
const { isOwn, NODES, withNode } = require('./lib/node-versions.cjs');
const { spawnGroup, stopGroup, untilSaid } = require('./lib/process-group.cjs');
const { compiledDriver } = require('./lib/sqlite-driver.cjs');
const { chosen, NAMES, parse, UsageError } = require('./lib/test-options.cjs');
const { withHome } = require('./lib/with-home.cjs');
const { publishedPackages, ROOT } = require('./lib/workspace.cjs');

const SECTION = 'In your own app';
const START_DEADLINE_MS = 30_000;
const run = promisify(execFile);

async function main() {
  const { node, help } = parse('npm run readme', process.argv.slice(2), { node: NAMES });
  if (help) return console.log(`npm run readme -- [--node NAME]   on these: ${NODES.join(', ')}`);
  const own = process.versions.node.split('.')[0];
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-readme-'));
  process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
  fs.symlinkSync(ROOT, path.join(scratch, 'quartet'));
  const steps = printedSteps(fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8'));
  for (const major of node.length > 0 ? chosen('--node', node, NODES) : [own])
    await onNode(major, steps, scratch);
}

/** Shell commands and files, in the order in which the section has them. */
function printedSteps(readme) {
  const [, section] = readme.split(new RegExp(`^## ${SECTION}$`, 'm'));
  assert.ok(section, `README.md has no section "${SECTION}"`);
  const text = section.split(/^## /m)[0] ?? '';
  const found =
    /(?:<!-- generated: code (?<file>\S+).*? -->\n)?```(?<kind>ts|sh)\n(?<body>[\s\S]*?)```/g;
  return [...text.matchAll(found)].map(({ groups: { file, kind, body } }) => {
    if (kind === 'sh') return { commands: body };
    const name = path.basename(file).replace(/^shop-/, '');
    assert.ok(text.includes(`\`${name}\``), `README.md does not say that its code is ${name}`);
    return { file: name, body };
  });
}

async function onNode(major, steps, scratch) {
  const began = Date.now();
  const folder = path.join(scratch, `shop-${major}`);
  const home = path.join(scratch, `home-${major}`);
  for (const each of [folder, home]) fs.mkdirSync(each);
  const port = 3900 + Number(major);
  const env = withNode(major, {
    ...withHome(home),
    PORT: String(port),
    ...(isOwn(major) ? compiledDriver(ROOT, scratch) : {}),
  });
  const shell = (commands, cwd) => run('sh', ['-ec', commands], { cwd, env, encoding: 'utf8' });
  let app;
  try {
    for (const { file, body, commands } of steps) {
      if (file) fs.writeFileSync(path.join(folder, file), body);
      else if (commands.startsWith('npm run pack')) await shell(commands, ROOT);
      else if (commands.startsWith('npx tsx')) app = await started(commands, folder, env, port);
      else if (commands.startsWith('curl')) await answers(commands, port, shell, folder);
      else await shell(commands, folder);
    }
    assert.ok(app, 'the README does not say how to start the app');
  } finally {
    if (app) await stopGroup(app, { deadlineMs: 5_000 });
  }
  await useEverything(folder, shell);
  const broken = brokenLinks(path.join(folder, 'node_modules/@quartet'));
  assert.deepEqual(broken, [], broken.join('\n'));
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(
    `Node ${major}: the README as printed, CommonJS, ES modules, strict TypeScript: ${seconds} s`,
  );
}

async function started(command, cwd, env, port) {
  const app = spawnGroup('sh', ['-ec', `exec ${command}`], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await untilSaid(app, new RegExp(`http://localhost:${port}\\b`), START_DEADLINE_MS);
    return app;
  } catch (error) {
    await stopGroup(app, { deadlineMs: 1_000 });
    throw new Error(`${command.trim()} has not started the app: ${error.message}`);
  }
}

/** What stands behind # is what the line must answer. */
async function answers(commands, port, shell, cwd) {
  for (const line of commands.trim().split('\n')) {
    const [, command, status] = /^(curl .*?)\s+# (\d+)/.exec(line) ?? [];
    assert.ok(status, `README.md does not say what this answers: ${line}`);
    const asked = command
      .replace('localhost:3000', `127.0.0.1:${port}`)
      .replace('curl', "curl -sS -o answer -w '%{http_code}'");
    assert.equal((await shell(asked, cwd)).stdout, status, line);
  }
}

/** Node's own way to import each, and the compiler's. */
async function useEverything(folder, shell) {
  const packages = publishedPackages();
  // TypeORM 1.1 names version 12 of better-sqlite3, beside which npm installs no 13 unless it is told to.
  const tarballs = packages.map(({ short }) => `../quartet/packed/${short}.tgz`);
  const peers = 'typeorm @opentelemetry/api @types/better-sqlite3 @types/pg reflect-metadata';
  await shell(
    `npm install --legacy-peer-deps --loglevel=error --no-audit --no-fund ${tarballs.join(' ')} ${peers}`,
    folder,
  );
  const frameworks = /\/(fastify|koa|hono)$/; // their libraries are not installed here
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => !entry.endsWith('.css') && !frameworks.test(entry))
      .map((entry) => path.posix.join(manifest.name, entry)),
  );
  const write = (name, lines) => fs.writeFileSync(path.join(folder, name), lines.join('\n'));
  write(
    'all.cjs',
    entries.map((entry) => `if (!Object.keys(require('${entry}')).length) throw '${entry}';`),
  );
  write('all.mjs', [
    ...entries.map((entry, i) => `import * as e${i} from '${entry}';`),
    ...entries.map((entry, i) => `if (Object.keys(e${i}).length < 2) throw '${entry}';`),
    `import { createEngine } from '@quartet/db-core';`,
    `await createEngine('sqlite://').dispose();`,
  ]);
  write(
    'all.mts',
    entries.map((entry, i) => `export * as e${i} from '${entry}';`),
  );
  const strict =
    '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext --target es2022 --skipLibCheck --types node';
  // Where an error says to read on is a place of a page that is installed.
  write('help.cjs', [
    `const [page, place] = new (require('@quartet/db-core').ScopeClosedError)().help.split('#');`,
    `const text = require('node:fs').readFileSync(require('node:path').join('node_modules', page), 'utf8');`,
    `if (!text.includes('<a id="' + place + '"></a>')) throw page + ' has no ' + place;`,
  ]);
  await shell(
    `node all.cjs; node all.mjs; node help.cjs; npx tsc ${strict} main.ts shop.ts all.mts`,
    folder,
  );
}

main().catch((error) => {
  const said = [error.message, error.stdout, error.stderr].filter(Boolean).join('\n');
  console.error(error instanceof UsageError ? error.message : `npm run readme: ${said}`);
  process.exitCode = error.exitCode ?? 1;
});
