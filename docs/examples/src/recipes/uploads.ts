/** Uploads: a file and its row, which come and go together. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Engine } from '@quartet/db-core';
import { OperationalError, scopedSession, sessionmaker, translateError } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindKnex, createAll } from '@quartet/db-knex';
import { errorHandler, HttpProblem } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';

const Session = scopedSession(sessionmaker());

/** @param folder for the files; on the same disk as nothing else that is named like them */
export async function createApp(engine: Engine, folder: string): Promise<Express> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  await createAll(knex, {
    uploads(table) {
      table.string('name', 100).primary();
      table.string('file', 36).notNullable();
    },
  });
  const app = express();
  initApp(app);
  // #region upload
  app.put('/uploads/:name', async (req, res) => {
    const { name } = req.params;
    const file = randomUUID(); // never a name that the client has sent
    const path = join(folder, file);
    try {
      await pipeline(req, createWriteStream(path, { flags: 'wx' })); // as slow as the client: no connection is held
      await knex('uploads').insert({ name, file });
      await Session.commit();
    } catch (error) {
      if (!mayBeStored(error)) await rm(path, { force: true });
      throw error;
    }
    res.status(201).json({ name });
  });

  /** The connection was lost during COMMIT: the row is there, or it is not. The sweep will know. */
  function mayBeStored(error: unknown): boolean {
    const translated = translateError(error);
    return translated instanceof OperationalError && translated.outcomeUnknown;
  }
  // #endregion

  // #region read
  app.get('/uploads/:name', async (req, res) => {
    const { name } = req.params;
    const row = await knex('uploads').where({ name }).first<{ file: string } | undefined>();
    if (!row) throw new HttpProblem(404, 'There is no such file.');
    res.type('application/octet-stream').sendFile(row.file, { root: folder });
  });
  app.delete('/uploads/:name', async (req, res) => {
    const { name } = req.params;
    if ((await knex('uploads').where({ name }).delete()) === 0)
      throw new HttpProblem(404, 'There is no such file.');
    await Session.commit(); // the row goes first; the file that is left has no row, and the sweep takes it
    res.sendStatus(204);
  });
  // #endregion
  app.use(noteErrors, errorHandler({ messages: { duplicate: 'There is a file of this name.' } }));
  return app;
}

// #region sweep
/** For a timer or cron: removes what has no row, of a process that has died or of a row that was deleted. */
export async function sweep(
  engine: Engine,
  folder: string,
  olderThanMs = 3_600_000,
): Promise<void> {
  for (const file of await readdir(folder)) {
    const path = join(folder, file);
    if (Date.now() - (await stat(path)).mtimeMs < olderThanMs) continue; // its row may be on the way
    const rows = await engine.execute('SELECT name FROM uploads WHERE file = :file', { file });
    if (rows.all().length === 0) await rm(path, { force: true });
  }
}
// #endregion
