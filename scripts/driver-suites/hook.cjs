'use strict';
// Loaded before a test file of a driver's own suite (see run.cjs). The files that stand for the driver answer with the
// facade on one engine, or with the real driver; each test's result is written down, and a test that fails does not end
// those that come after it.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const { folder, entries, results, file, facade, url } = JSON.parse(process.env.DRIVER_SUITE);
const fromWorkspace = Module.createRequire(
  path.join(__dirname, '../../packages/db-sequelize/package.json'),
);
const load = Module._extensions['.js'];
const loadByName = Module._load;
const BY_NAME = ['pg', 'pg-pool', 'mysql2', 'mysql2/promise', 'sqlite3'];

Module._load = function (request, parent, isMain) {
  if (!parent?.filename?.startsWith(folder) || parent.filename.includes('node_modules'))
    return loadByName(request, parent, isMain);
  if (BY_NAME.includes(request)) return driver(request);
  return request === 'pg-types' ? fromDriver('pg', request) : loadByName(request, parent, isMain);
};

Module._extensions['.js'] = function (module, filename) {
  const name = entries[filename];
  if (name) module.exports = driver(name);
  else load(module, filename);
  if (filename.endsWith('/pg/test/suite.js')) goOn(module.exports);
};

/** @param {{ test: string, ok: boolean, error?: string }} result */
exports.note = (result) => fs.appendFileSync(results, `${JSON.stringify({ file, ...result })}\n`);

let engine;
const facades = new Map();
function driver(name) {
  if (!facade) return real(name);
  if (name === 'pg/lib/client') return driver('pg').Client;
  if (name === 'pg-pool') return driver('pg').Pool;
  if (!engine) {
    engine = fromWorkspace('@quartet/db-core').createEngine(url, { poolSize: 20 });
    disposeAtTheEnd();
  }
  const make = {
    pg: () => fromWorkspace('@quartet/db-core/drivers').pgDriver(engine),
    mysql2: () => fromWorkspace('@quartet/db-core/drivers').mysql2Driver(engine),
    'mysql2/promise': () => fromWorkspace('@quartet/db-core/drivers').mysql2PromiseDriver(engine),
    sqlite3: sqlite3ByFile,
  }[name];
  if (!facades.has(name)) facades.set(name, make());
  return facades.get(name);
}

/** An engine is one database, and the suite opens many files: an engine for each, made when it is asked for, and anew when it was deleted. */
function sqlite3ByFile() {
  const { sqlite3Driver } = fromWorkspace('@quartet/db-sequelize');
  const { createEngine } = fromWorkspace('@quartet/db-core');
  const driver = sqlite3Driver(engine);
  const byFile = new Map();
  const driverOf = (filename) => {
    if (!filename || filename === ':memory:') return sqlite3Driver(createEngine('sqlite://'));
    const file = path.resolve(filename);
    if (!byFile.has(file) || !fs.existsSync(file))
      byFile.set(file, sqlite3Driver(createEngine(`sqlite:///${file}`)));
    return byFile.get(file);
  };
  const Database = new Proxy(driver.Database, {
    // What a test puts on the prototype is on that of the driver which it knows.
    construct: (_, args) =>
      Object.setPrototypeOf(new (driverOf(args[0]).Database)(...args), driver.Database.prototype),
  });
  const cached = {
    Database: function (...args) {
      return driverOf(args[0]).cached.Database(...args);
    },
  };
  return Object.assign(Object.create(driver), driver, { Database, cached });
}

/** The workspace has no sqlite3: that is installed beside the suite. */
function real(name) {
  if (name === 'pg-pool') return fromDriver('pg', name);
  if (name === 'sqlite3')
    return Module.createRequire(path.join(folder, 'node_modules/none.js'))(name);
  return fromWorkspace(name);
}

/** A package that a driver depends on, the driver's own copy. */
function fromDriver(name, dependency) {
  return Module.createRequire(fromWorkspace.resolve(name))(dependency);
}

/** A suite knows nothing of the engine: it is over when only idle connections of the pool are left. */
function disposeAtTheEnd() {
  const timer = setInterval(() => {
    const { inUse, waiting } = engine.status();
    const busy = process
      .getActiveResourcesInfo()
      .filter((kind) => !['TCPSocketWrap', 'PipeWrap', 'TTYWrap'].includes(kind));
    if (inUse === 0 && waiting === 0 && busy.length === 0) {
      clearInterval(timer);
      void engine.dispose();
    }
  }, 100);
  timer.unref();
}

/** pg's own little runner ends the process at the first failure. */
function goOn(Suite) {
  const { exit } = process;
  const queues = new Set();
  let fail;
  process.exit = (code) => {
    fail?.(new Error(`exit(${code})`));
    if ([...queues].every((queue) => queue.idle())) exit.call(process, code);
  };
  Suite.prototype.run = function (test, next) {
    const over = (error) => {
      if (fail !== over) return;
      clearTimeout(limit);
      fail = undefined;
      exports.note({ test: test.name, ok: !error, error: error && String(error.stack ?? error) });
      if (error) process.exitCode = 1;
      setImmediate(() => next());
    };
    queues.add(this._queue);
    const late = () => over(new Error(`not over after ${test.timeout} ms`));
    const limit = setTimeout(late, test.timeout);
    fail = over;
    if (test.action) test.run(over);
    else over();
  };
  process.prependListener('uncaughtException', (error) => fail?.(error));
}
