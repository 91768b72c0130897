'use strict';
// The process that owns one database server: it stops the server and removes its data when its
// parent ends, even by SIGKILL, since the channel between the two closes then.
const fs = require('node:fs');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { childrenOf } = require('./children.cjs');
const kinds = {
  postgres: require('./postgres.cjs'),
  mariadb: require('./mariadb.cjs'),
  pgbouncer: require('./pgbouncer.cjs'),
  'postgres-standby': require('./postgres-standby.cjs'),
  'mariadb-replica': require('./mariadb-replica.cjs'),
  galera: require('./galera.cjs'),
};

/** A server that has not shut down after this long is killed. */
const STOP_DEADLINE_MS = 5_000;

async function supervise(kind, ...more) {
  const { launch, owner } = kinds[kind];
  const { uid, gid } = owner();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `quartet-${kind}-`));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  if (uid !== undefined) fs.chownSync(folder, uid, gid);

  let launched = launch(folder, undefined, ...more);
  let stopping = false;
  let away = false;
  const end = async () => {
    const { child, stopSignal } = await launched;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(stopSignal);
    signal(child.pid, 'SIGCONT'); // one that is frozen cannot end
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
    await ended;
    clearTimeout(deadline);
  };
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await end();
    process.exit(0);
  };
  for (const event of ['disconnect', 'SIGTERM']) process.on(event, () => void stop());
  // Ctrl-C reaches every process of the terminal, but the parent decides when to stop.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});

  const watch = async () => {
    const { child } = await launched;
    child.once('exit', () => {
      if (!stopping && !away) process.exit(1);
    });
  };
  // For tests of what happens while a database is away: the same server, data and port.
  const wishes = {
    down: async () => {
      away = true;
      await end();
    },
    up: async () => {
      away = false;
      const { port } = new URL((await launched).url);
      launched = launch(folder, Number(port), ...more);
      await watch();
    },
    kill: async () => {
      away = true;
      const { child } = await launched;
      const ended = once(child, 'exit');
      signal(child.pid, 'SIGKILL');
      await ended;
    },
    freeze: async () => signal((await launched).child.pid, 'SIGSTOP'),
    thaw: async () => signal((await launched).child.pid, 'SIGCONT'),
  };
  const grant = async (/** @type {keyof typeof wishes} */ wish) => {
    await wishes[wish]();
    process.send?.({ done: wish });
  };
  process.on(
    'message',
    (/** @type {keyof typeof wishes} */ wish) => void grant(wish).catch(complain),
  );

  const { url } = await launched;
  await watch();
  if (process.connected) process.send?.({ url });
  else await stop();
}

/** To the server and to the processes that it has for its connections. */
function signal(/** @type {number} */ server, /** @type {NodeJS.Signals} */ name) {
  for (const pid of [server, ...childrenOf(server)]) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it has ended meanwhile
    }
  }
}

/** @param {Error} error */
function complain({ message }) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

supervise(...process.argv.slice(2)).catch(complain);
