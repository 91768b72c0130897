'use strict';
// Run by mistakes.cjs, from source: prints what happens when the mistakes of one style run on SQLite, each in a request of
// its own, as `{ "duplicate": { "status": 409, "error": "IntegrityError", "rows": 1, "told": "" }, … }`.
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { ROOT } = require('../workspace.cjs');

const [style] = process.argv.slice(2);
const workbench = path.join(ROOT, 'apps/workbench');
/** The workbench's own packages, which are those of its mistakes. */
const own = (name) => require(require.resolve(name, { paths: [workbench] }));
const express = own('express');
const { createEngine, translateError } = own('@quartet/db-core');
const { initApp } = own('@quartet/db-core/express');
const { errorHandler } = own('@quartet/express-service');
const { problemMessages } = own('@quartet/http-contract');
const { createApp } = own(`@quartet/app-${style}`);
const { MISTAKES } = require(path.join(workbench, 'src/mistakes/mistakes.ts'));
const { mistakes } = require(path.join(workbench, `src/mistakes/${style}.ts`));

/** As the hash of a password: the answer is out long before it is done. */
const HASH_MS = 30;
/** After that time what was refused has been told. */
const SETTLED_MS = 150;

async function main() {
  const engine = createEngine('sqlite://');
  await createApp(engine); // makes the tables
  const app = express();
  initApp(app);
  let failed;
  for (const name of Object.keys(MISTAKES))
    app.post(`/${name}`, async (_req, res) => {
      const input = { name, email: `${name}@example.org` };
      const result = await mistakes[name](input, () => sleep(HASH_MS));
      res.status(200).json(result ?? {});
    });
  app.use(errorHandler({ messages: problemMessages, onError: (error) => (failed = error) }));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const told = [];
  for (const method of ['warn', 'error'])
    console[method] = (...parts) => told.push(parts.join(' '));
  process.stderr.write = (text) => told.push(String(text)) > 0;
  const observed = {};
  for (const name of Object.keys(MISTAKES)) {
    told.length = 0;
    failed = undefined;
    const answer = await fetch(`http://127.0.0.1:${port}/${name}`, { method: 'POST' });
    const body = await answer.text();
    await sleep(SETTLED_MS);
    if (engine.status().inUse > 0) throw new Error(`${name}: a connection is still out`);
    const rows = await engine.execute('select count(*) from users where email = ?', [
      `${name}@example.org`,
    ]);
    const error = failed === undefined ? undefined : translateError(failed);
    observed[name] = {
      status: answer.status,
      ...(error && { error: error.constructor.name, message: firstLine(error.message) }),
      ...(answer.status === 200 && body !== '{}' && { body }),
      rows: Number(rows.scalar()),
      told: firstLine(told.join('\n')),
    };
  }
  process.stdout.write(JSON.stringify(observed));
  server.close();
  await engine.dispose();
}

function firstLine(text) {
  return text.trim().split('\n')[0] ?? '';
}

main().then(
  () => process.exit(0), // some library keeps a timer
  (error) => {
    process.stdout.write(String(error.stack));
    process.exit(1);
  },
);
