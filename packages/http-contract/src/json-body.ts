/**
 * Reads a JSON body of at most 100 kB. What cannot be read answers by itself: 400 malformed or absent,
 * 413 too large, 415 another media type, charset or encoding (see `error-to-problem.ts`).
 */
import { isUtf8 } from 'node:buffer';
import type { Request, RequestHandler } from 'express';
import { json } from 'express';
import { HttpProblem } from './problem';

/** 100 kB, as body-parser counts them: 102,400 bytes, after decompression. */
export const MAX_JSON_BYTES = 100 * 1024;
const TYPES = ['application/json', 'application/*+json'];

const parser = json({ limit: MAX_JSON_BYTES, type: TYPES, strict: false, verify: refuseBadUtf8 });

export const jsonBody: RequestHandler = (req, res, next) => {
  if (!hasBody(req)) throw new HttpProblem(400, 'A JSON body is required.');
  if (!req.is(TYPES)) {
    throw new HttpProblem(415, 'The body must be JSON: send Content-Type: application/json.', {
      headers: { Accept: 'application/json' },
    });
  }
  parser(req, res, next);
};

/** Refuses what says it is too large before a handler runs, also where no body is read at all. */
export const refuseLargeBodies: RequestHandler = (req, _res, next) => {
  if (Number(req.headers['content-length'] ?? 0) > MAX_JSON_BYTES) throw tooLarge();
  next();
};

export function tooLarge(): HttpProblem {
  return new HttpProblem(413, `A body may have at most ${MAX_JSON_BYTES} bytes.`);
}

function hasBody(req: Request): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return encoding !== undefined || Number(length ?? 0) > 0;
}

/** body-parser would replace broken bytes by U+FFFD and store what nobody sent. */
function refuseBadUtf8(_req: unknown, _res: unknown, bytes: Buffer, charset: string): void {
  if (charset === 'utf-8' && !isUtf8(bytes))
    throw new HttpProblem(400, 'The body is not valid UTF-8.');
}
