'use strict';
// npm run new:app NAME: makes apps/NAME, an app of the same shape as the four in which no query is written. Run again, it says
// how many tests of the conformance suite pass on SQLite, and which is the next to pass.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { createApp, unwritten, whyNoName } = require('./lib/new-app.cjs');
const { whileWaiting } = require('./lib/while-waiting.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const HELP = `npm run new:app NAME     makes apps/NAME, as in npm run new:app drizzle; run again, says which test is next`;

async function main() {
  const [name, ...more] = process.argv.slice(2);
  if (name === '--help') return console.log(HELP);
  if (name === undefined || more.length > 0) throw new Refused(HELP);
  const folder = path.join(ROOT, 'apps', name);
  if (fs.existsSync(path.join(folder, 'src/queries.ts'))) return await sayNext(name, folder);
  const why = whyNoName(name);
  if (why) throw new Refused(`new:app: ${why}`);
  createApp(name);
  const format = path.join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  await run([format, 'format', '--write', folder], 'Formatting');
  await run([path.join(__dirname, 'pnpm.cjs'), 'install', '--no-frozen-lockfile'], 'Linking it');
  console.log(
    [
      `apps/${name} is there, with its tables and ${unwritten(folder).length} queries to write.`,
      '',
      `  its library:  npx pnpm --filter @quartet/app-${name} add ${name}`,
      `  write:        apps/${name}/src/queries.ts, beside apps/sql-builder/src/queries.ts`,
      `  see what is next:  npm run new:app ${name}`,
    ].join('\n'),
  );
}

async function sayNext(name, folder) {
  const results = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'new-app-')), 'results.json');
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [jest, 'conformance', '--json', `--outputFile=${results}`, '--testTimeout=10000'];
  await run(args, 'Running its tests on SQLite', { cwd: folder, isRed: true });
  const { numTotalTests, numPassedTests, testResults } = JSON.parse(
    fs.readFileSync(results, 'utf8'),
  );
  fs.rmSync(path.dirname(results), { recursive: true });
  const [file] = testResults;
  console.log(`apps/${name}: ${numPassedTests} of ${numTotalTests} tests pass on SQLite.`);
  const next = file?.assertionResults.find(({ status }) => status === 'failed');
  if (next) {
    const [why = ''] = next.failureMessages.map((text) => plain(text).split('\n    at ')[0]);
    console.log(`\nNext: ${next.ancestorTitles.at(-1)} › ${next.title}\n${indented(why)}`);
  } else if (numPassedTests === 0) console.log(indented(plain(file?.message ?? '')));
  else console.log(`npm test -- --package app-${name} runs them on every engine.`);
  const missing = unwritten(folder);
  if (missing.length > 0) console.log(`\nNot written yet: ${missing.join(', ')}`);
}

/** What it says is shown when it fails. */
async function run(args, what, { cwd = ROOT, isRed = false } = {}) {
  const child = spawn(process.execPath, args, {
    cwd,
    // Its results are its own, also where a whole run of the workspace's tests counts.
    env: { ...process.env, TEST_ENGINES: 'sqlite', TEST_RESULTS: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said += data;
    });
  const [code] = await whileWaiting(once(child, 'close'), (seconds) =>
    console.error(`${what} … ${seconds} s`),
  );
  if (code !== 0 && !isRed) throw new Refused(`${said}new:app: ${what} has failed.`);
}

function plain(text) {
  return require('node:util').stripVTControlCharacters(text).trim();
}

function indented(text) {
  return text
    .split('\n')
    .slice(0, 12)
    .map((line) => `  ${line}`)
    .join('\n');
}

/** The message is all there is to say. */
class Refused extends Error {}

main().catch((error) => {
  console.error(error instanceof Refused ? error.message : error);
  process.exitCode = 1;
});
