/** Answers to the page are compressed; a stream of events is not, which would hold each of them back. */
import compression from 'compression';
import type { RequestHandler } from 'express';

export const compress: RequestHandler = compression({
  filter: (req, res) =>
    !String(res.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(req, res),
});
