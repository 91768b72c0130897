/** Compresses answers to the page, except event streams: compression would delay each event. */
import compression from 'compression';
import type { RequestHandler } from 'express';

export const compress: RequestHandler = compression({
  filter: (req, res) =>
    !String(res.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(req, res),
});
