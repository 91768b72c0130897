/** Answers to the page are compressed; a stream of events is not, which would hold each of them back. */
import compression from 'compression';

export const compress = compression({
  filter: (req, res) =>
    !String(res.getHeader('Content-Type')).startsWith('text/event-stream') &&
    compression.filter(req, res),
});
