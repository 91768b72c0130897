/** A style's variants behind HTTP, with request scopes as the apps have them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '@quartet/db-core';
import { currentScope } from '@quartet/db-core';
import { errorHandler } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import type { Variants } from './variants';

/** @param init gives the app its request scopes, as the style does it */
export async function createVariantsApp(
  variants: Variants,
  engine: Engine,
  init: (engine: Engine, app: Express) => unknown,
): Promise<Express> {
  const app = express();
  await init(engine, app);
  app.disable('x-powered-by');
  app.use(express.json());
  app.get('/messages/one-by-one', async (req, res) => {
    const messages = await variants.listMessagesOneByOne(String(req.query['tag']));
    res.json({
      items: messages.map(({ id, body, author }) => ({
        id,
        body,
        author: { id: author.id, name: author.name },
      })),
    });
  });
  for (const [path, append] of [
    ['append', variants.appendLine],
    ['append-safely', variants.appendLineSafely],
  ] as const) {
    app.post(`/messages/:id/${path}`, async (req, res) => {
      const { line, thinkMs } = req.body as { line: string; thinkMs: number };
      await append(Number(req.params.id), line, () => pause(thinkMs));
      res.status(204).end();
    });
  }
  app.post('/users/slowly', async (req, res) => {
    const { waitMs, ...input } = req.body as { waitMs: number; name: string; email: string };
    await variants.createUserSlowly(input, () => pause(waitMs));
    res.status(201).end();
  });
  app.post('/users/slow-statement', async (req, res) => {
    const { waitMs, ...input } = req.body as { waitMs: number; name: string; email: string };
    await variants.createUserSlowly(input, () => slowStatement(engine, waitMs));
    res.status(201).end();
  });
  app.post('/users/then-fail', async (req) => {
    await variants.createUserThenFail(req.body as { name: string; email: string });
  });
  // The failures here are the lesson: they need not be logged.
  app.use(errorHandler({ onError: () => undefined }));
  return app;
}

/** A statement that takes its time, in the session of the request; SQLite, in this process, has none. */
async function slowStatement(engine: Engine, ms: number): Promise<void> {
  const sql = { postgresql: 'SELECT pg_sleep(?)', mysql: 'SELECT sleep(?)', sqlite: undefined };
  const statement = sql[engine.dialect.name];
  if (statement === undefined) await pause(ms);
  else
    await currentScope()
      ?.sessionOn(engine)
      ?.execute(statement, [ms / 1000]);
}
