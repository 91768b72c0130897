'use strict';
// Run by statements.cjs, from source: prints what each operation of one style costs on one engine, as
// `{ "createUser": "1 + 2", … }`: statements, and those that only control the transaction. MariaDB counts what it
// is asked itself: where its count is another than the recorder's, this fails.
const path = require('node:path');
const { freshDatabase } = require('@quartet/testing');
const { APPS } = require('../workspace.cjs');

const [style, engineName] = process.argv.slice(2);
const app = /** @type {import('../workspace.cjs').App} */ (
  APPS.find((each) => each.style === style)
);
/** The app's own db-core, which is the one its queries use. */
const own = (name) => require(require.resolve(name, { paths: [app.folder] }));
const { createEngine, runInScope, scopedSession, sessionmaker } = own('@quartet/db-core');
const { Recorder } = own('@quartet/db-core/observe');

const user = (name) => ({ name, email: `${name}@localhost` });
const page = { page: 1, perPage: 10 };
const CONTROL = new Set(['begin', 'savepoint', 'commit', 'rollback']);

/** In this order, each on what those before it have left. @type {[string, (queries: any) => Promise<unknown>][]} */
const OPERATIONS = [
  ['createUser', (queries) => queries.createUser(user('ana'))],
  ['findUser', (queries) => queries.findUser(1)],
  ['updateUser', (queries) => queries.updateUser(1, { email: 'ana@example.com' })],
  ['importUsers', (queries) => queries.importUsers(['bo', 'bo', 'cy'].map(user))],
  ['createMessage', (queries) => queries.createMessage(1, { body: 'one', tags: ['a', 'b'] })],
  ['listUsers', (queries) => queries.listUsers(page, {})],
  ['listUserMessages', (queries) => queries.listUserMessages(1, page)],
  ['listMessages', (queries) => queries.listMessages(page, {})],
  ['findMessage', (queries) => queries.findMessage(1)],
  ['topAuthors', (queries) => queries.topAuthors(3)],
  ['exportMessages', (queries) => drain(queries.exportMessages())],
  ['mergeUsers', (queries) => queries.mergeUsers(1, 2)],
  ['deleteMessage', (queries) => queries.deleteMessage(1)],
  ['deleteUser', (queries) => queries.deleteUser(2)],
];

async function drain(rows) {
  let count = 0;
  for await (const _ of rows) count++;
  return count;
}

/** What asking adds to its own answer: the question, and the end of the session it is asked in. */
const ASKING = 2;

/** How often the server was asked something on the engine's one connection; 0 where it does not tell. */
async function askedBefore(session) {
  if (engineName !== 'mariadb') return 0;
  const status = await runInScope(() => session().execute("SHOW SESSION STATUS LIKE 'Questions'"));
  return Number(status.one()['Value']);
}

async function main() {
  const database = await freshDatabase(
    /** @type {import('@quartet/testing').EngineName} */ (engineName),
  );
  // One connection, so that the server's count for it is the count for all.
  const engine = createEngine(database.url, engineName === 'mariadb' ? { poolSize: 1 } : {});
  try {
    await require(path.join(app.folder, 'src/app.ts')).createApp(engine);
    const { queries } = require(path.join(app.folder, 'src/queries.ts'));
    const session = scopedSession(sessionmaker({ bind: engine }));
    const costs = {};
    for (const [name, run] of OPERATIONS) {
      const recorder = new Recorder();
      const before = await askedBefore(session);
      await runInScope(() => run(queries), { observer: recorder });
      const asked = (await askedBefore(session)) - before - ASKING;
      const sent = recorder.events.filter(({ way }) => way !== 'implicit');
      const kinds = sent.map(({ kind }) => kind);
      const statements = kinds.filter((kind) => kind === 'query').length;
      const control = kinds.filter((kind) => CONTROL.has(kind)).length;
      if (engineName === 'mariadb' && asked !== statements + control) {
        throw new Error(
          `${name}: the server was asked ${asked} times, the recorder tells of ${statements} + ${control}`,
        );
      }
      costs[name] = `${statements} + ${control}`;
    }
    console.log(JSON.stringify(costs));
  } finally {
    await engine.dispose();
    await database.drop();
  }
}

main().then(
  () => process.exit(0), // some library keeps a timer
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
