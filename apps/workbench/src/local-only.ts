/** Refuses requests that a page elsewhere could make the browser send. */
import { isLocalHost, isSameOrigin } from '@quartet/debug-panel/parts';
import type { RequestHandler } from 'express';

const READS = ['GET', 'HEAD'];

/** Answers 403 to such requests. */
export const localOnly: RequestHandler = (req, res, next) => {
  if (isLocalHost(req) && (READS.includes(req.method) || isSameOrigin(req))) next();
  else res.status(403).type('text/plain').send('The workbench answers this machine alone.');
};
