/** The routes of a style's variants, with request scopes as the apps have them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '@quartet/db-core';
import { currentConnection } from '@quartet/db-core/binding';
import { initApp } from '@quartet/db-core/express';
import { errorHandler } from '@quartet/express-service';
import type { NewUser } from '@quartet/http-contract';
import { problemMessages } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { Barriers } from './barriers';
import type { Variants } from './variants';

/** The second request's client may have left. */
const OVERLAP_DEADLINE_MS = 5_000;

interface Append {
  readonly line: string;
  readonly thinkMs: number;
  /** The name of the barrier at which the two requests wait for each other. */
  readonly pair: string;
}

/** @param engine of the style's app, whose database the variants use as well */
export function createVariantsApp(variants: Variants, engine: Engine): Express {
  const app = express();
  initApp(app);
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
  const barriers = new Barriers();
  // Neither request writes before both have read.
  app.post('/messages/:id/append', async (req, res) => {
    const { line, thinkMs, pair } = req.body as Append;
    await variants.appendLine(Number(req.params.id), line, async () => {
      await barriers.wait(pair, 2);
      await pause(thinkMs);
    });
    res.status(204).end();
  });
  // Neither request ends before both have begun; the second one cannot read before the first has written.
  app.post('/messages/:id/append-safely', async (req, res) => {
    const { line, thinkMs, pair } = req.body as Append;
    const both = barriers.wait(pair, 2);
    await variants.appendLineSafely(Number(req.params.id), line, async () => {
      await both;
      await pause(thinkMs);
    });
    res.status(204).end();
  });
  // Both are in their transactions before one ends; with one writer the second has asked for its own.
  /** Pairs whose first request is in its transaction. */
  const waiting = new Set<string>();
  app.post('/users/slowly', async (req, res) => {
    const { waitMs, pair, ...input } = req.body as NewUser & { waitMs: number; pair: string };
    const { singleWriter } = engine.dialect;
    const arrived = singleWriter ? barriers.wait(pair, 2) : undefined;
    await variants.createUserSlowly(input, async () => {
      if (!singleWriter) await barriers.wait(pair, 2);
      else if (!waiting.delete(pair)) {
        waiting.add(pair);
        await arrived;
        await bothHaveConnections(engine);
      }
      await pause(waitMs);
    });
    res.status(201).end();
  });
  app.post('/users/slow-statement', async (req, res) => {
    const { waitMs, ...input } = req.body as NewUser & { waitMs: number };
    await variants.createUserSlowly(input, () => slowStatement(engine, waitMs));
    res.status(201).end();
  });
  app.post('/users/then-fail', async (req) => {
    await variants.createUserThenFail(req.body as NewUser);
  });
  // The failures here are intended, so they are not logged.
  app.use(errorHandler({ messages: problemMessages, onError: () => undefined }));
  return app;
}

/** Resolves when two requests have a connection: with one writer the second waits for the lock with it. */
async function bothHaveConnections(engine: Engine): Promise<void> {
  const deadline = performance.now() + OVERLAP_DEADLINE_MS;
  while (engine.status().inUse < 2 && performance.now() < deadline) await pause(1);
}

/** A slow statement in the session of the request; on SQLite, which has none, a pause. */
async function slowStatement(engine: Engine, ms: number): Promise<void> {
  const sql = { postgresql: 'SELECT pg_sleep(?)', mysql: 'SELECT sleep(?)', sqlite: undefined };
  const statement = sql[engine.dialect.name];
  if (statement === undefined) await pause(ms);
  else await currentConnection(engine)?.execute(statement, [ms / 1000]);
}
