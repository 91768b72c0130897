/** A style's variants behind HTTP, with request scopes as the apps have them. */
import { initApp } from '@quartet/db-core/express';
import { errorHandler } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { setTimeout as pause } from 'node:timers/promises';
import type { Variants } from './variants';

export function createVariantsApp(variants: Variants): Express {
  const app = express();
  initApp(app);
  app.use(express.json());
  app.get('/messages/one-by-one', async (req, res) => {
    const messages = await variants.listMessagesOneByOne(String(req.query['tag']));
    res.json({ items: messages.map(({ id, body, author }) => ({ id, body, author: { id: author.id, name: author.name } })) });
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
  app.post('/users/then-fail', async (req) => {
    await variants.createUserThenFail(req.body as { name: string; email: string });
  });
  // The failures here are the lesson: they need not be logged.
  app.use(errorHandler({ onError: () => undefined }));
  return app;
}
