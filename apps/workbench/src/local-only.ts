/**
 * Refuses requests that a page elsewhere could make the browser send. A site whose name was pointed at this machine
 * (DNS rebinding) has its own name in `Host`. A write from a page of another origin, another port of this machine
 * included, is announced by `Sec-Fetch-Site` or `Origin`. Clients other than browsers send neither.
 *
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
import type { Request, RequestHandler } from 'express';

/** `localhost` or an address, with or without a port. */
const LOCAL_HOST = /^(?:localhost|[\d.]+|\[[\da-f:.]+\])(?::\d+)?$/i;
const READS = ['GET', 'HEAD'];

/** Answers 403 to such requests. */
export const localOnly: RequestHandler = (req, res, next) => {
  const isLocal = LOCAL_HOST.test(req.headers.host ?? 'localhost');
  if (isLocal && (READS.includes(req.method) || isSameOrigin(req))) next();
  else res.status(403).type('text/plain').send('The workbench answers this machine alone.');
};

function isSameOrigin(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site') ?? 'same-origin';
  const origin = req.get('Origin');
  if (site !== 'same-origin' && site !== 'none') return false; // `none`: the user's own doing
  return origin === undefined || /^https?:\/\/(.*)$/.exec(origin)?.[1] === req.headers.host;
}
