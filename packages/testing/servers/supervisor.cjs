'use strict';
// The process that owns one database server: it stops the server and removes its data when its
// parent goes, however the parent goes. Even after SIGKILL the channel between the two closes.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const kinds = { postgres: require('./postgres.cjs'), mariadb: require('./mariadb.cjs') };

/** A server that has not shut down by then is killed. */
const STOP_DEADLINE_MS = 5_000;

async function supervise(kind) {
  const { launch, owner } = kinds[kind];
  const { uid, gid } = owner();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `quartet-${kind}-`));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  if (uid !== undefined) fs.chownSync(folder, uid, gid);

  const launched = launch(folder);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const { child, stopSignal } = await launched;
    child.kill(stopSignal);
    setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS).unref();
  };
  for (const event of ['disconnect', 'SIGTERM']) process.on(event, () => void stop());
  // Ctrl-C reaches every process of the terminal; when to stop is the parent's decision.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {});

  const { child, url } = await launched;
  child.once('exit', () => process.exit(stopping ? 0 : 1));
  if (process.connected) process.send?.({ url });
  else await stop();
}

supervise(process.argv[2]).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
