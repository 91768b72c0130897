/**
 * Reads a JSON body of limited size. What cannot be read answers by itself: 400 malformed or absent, 413 too
 * large, 415 another media type, charset or encoding (see `error-to-problem.ts`).
 */
import { isUtf8 } from 'node:buffer';
import type { Request, RequestHandler } from 'express';
import { json } from 'express';
import { HttpProblem, tooLarge } from './problem';

/** Options of `jsonBody`. */
export interface JsonBodyOptions {
  /** The largest body in bytes, after decompression. Default 102,400 (100 kB). */
  readonly maxBytes?: number;
}

const MAX_BYTES = 100 * 1024;
const TYPES = ['application/json', 'application/*+json'];

/**
 * Puts the parsed body into `req.body`, which may be any JSON; a request without one is refused.
 *
 * @example
 * app.post('/users', jsonBody(), async (req, res) => { … });
 */
export function jsonBody({ maxBytes = MAX_BYTES }: JsonBodyOptions = {}): RequestHandler {
  const parser = json({ limit: maxBytes, type: TYPES, strict: false, verify: refuseBadUtf8 });
  return (req, res, next) => {
    if (!hasBody(req)) throw new HttpProblem(400, 'A JSON body is required.');
    if (!req.is(TYPES)) {
      throw new HttpProblem(415, 'The body must be JSON: send Content-Type: application/json.', {
        headers: { Accept: 'application/json' },
      });
    }
    parser(req, res, next);
  };
}

/** Refuses a request whose `Content-Length` is too large before a handler runs, also where no body is read. */
export function refuseLargeBodies({ maxBytes = MAX_BYTES }: JsonBodyOptions = {}): RequestHandler {
  return (req, _res, next) => {
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    next();
  };
}

function hasBody(req: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return encoding !== undefined || Number(length ?? 0) > 0;
}

/** body-parser would replace broken bytes by U+FFFD and store what was never sent. */
function refuseBadUtf8(_req: unknown, _res: unknown, bytes: Buffer, charset: string): void {
  if (charset === 'utf-8' && !isUtf8(bytes))
    throw new HttpProblem(400, 'The body is not valid UTF-8.');
}
