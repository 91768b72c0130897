/** A process that serves one contestant: an import, an export, and pages. */
import { scrypt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sendNdjson } from '@quartet/express-service';
import type { NewUser } from '@quartet/http-contract';
import type { ErrorRequestHandler } from 'express';
import express from 'express';
import { serveProcess } from '../harness/serve-process';
import type { Way } from './contestant';
import { contestantOf } from './contestants';

const hash = promisify<string, string, number, Buffer>(scrypt);

/** What a hash is waited for where none is made. */
const VERIFY_MS = 100;

async function main([id = '', url = '']: string[]): Promise<void> {
  const app = express();
  const rows = await contestantOf(id).start(url, app);
  const { importUsers, exportMessages, findUser, pages, close } = rows;
  let prepared: NewUser[] = [];

  // Made before the import: reading them from its request would be the same for all.
  app.post('/prepare/:from/:rows', (req, res) => {
    prepared = users(Number(req.params.from), Number(req.params.rows));
    res.json({ prepared: prepared.length });
  });

  app.post('/import', async (_req, res) => {
    await importUsers(prepared);
    res.json({ imported: prepared.length });
  });

  app.get('/users/:id', async (req, res) => {
    res.json(await findUser(Number(req.params.id)));
  });

  // The hash takes its time in another thread; the timer stands for one that runs on another machine.
  app.get('/login/:how/:id', async (req, res) => {
    const user = await findUser(Number(req.params.id));
    await rows.release?.();
    await (req.params.how === 'hash' ? hash('secret', 'salt', 32) : setTimeout(VERIFY_MS));
    res.json(user);
  });

  app.get('/sleep/:seconds', async (req, res) => {
    await rows.sleep?.(Number(req.params.seconds));
    res.end();
  });

  app.get('/export', (_req, res) => sendNdjson(res, exportMessages()));

  app.get('/cursor/:id', async (req, res) => {
    res.json({ cursor: await pages?.cursor(Number(req.params.id)) });
  });

  app.get('/page/:way/:offset{/:cursor}', async (req, res) => {
    const { way, offset, cursor } = req.params;
    const page = await pages?.page(way as Way, { offset: Number(offset), cursor });
    res.json(page?.items);
  });

  const onError: ErrorRequestHandler = (error, req, res, _next) => {
    if (!req.socket.destroyed) console.error(error); // a statement is cancelled where its client has left
    if (res.headersSent) res.destroy();
    else res.status(500).end();
  };
  app.use(onError);

  serveProcess({ app, close: async () => void (await close()) });
}

function users(from: number, rows: number): NewUser[] {
  return Array.from({ length: rows }, (_, n) => ({
    name: `Imported ${from + n}`,
    email: `imported-${from + n}@example.com`,
  }));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
