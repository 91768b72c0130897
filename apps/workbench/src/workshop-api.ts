/** What the pages of the workshop ask for, under `/api/workshop`: the exercises, one of them, and the checks of its files, live. */
import { isSameOrigin } from '@quartet/debug-panel/parts';
import { errorHandler, HttpProblem, notFound } from '@quartet/express-service';
import type { Router } from 'express';
import { Router as createRouter } from 'express';
import { compress } from './compress';
import { openEventStream, sendEvent } from './event-stream';
import type { Workshop } from './workshop';

export function createWorkshopApi(workshop: Workshop): Router {
  const api = createRouter();
  api.use(compress);
  api.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  api.get('/', async (_req, res) => {
    res.json(await workshop.list());
  });

  api.get('/:number', async (req, res) => {
    res.json(await workshop.exercise(req.params.number));
  });

  api.get('/:number/events', async (req, res) => {
    // It starts a process: a page elsewhere must not, although it could not read what is said.
    if (!isSameOrigin(req)) throw new HttpProblem(403, 'The workbench answers its own page alone.');
    const leave = await workshop.follow(req.params.number, {
      next: (live) => {
        if (!res.headersSent) openEventStream(res);
        sendEvent(res, live);
      },
      end: () => void res.end(),
    });
    if (res.closed) leave();
    else res.once('close', leave);
  });

  api.use(notFound);
  api.use(errorHandler());
  return api;
}
