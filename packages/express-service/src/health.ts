/** Handlers for probes. Liveness: the process answers. Readiness: its databases answer in time, and no end has begun. */
import type { Engine } from '@quartet/db-core';
import type { Request, Response } from 'express';
import { HttpProblem } from './problem';
import { isShuttingDown } from './shutdown';

/** Options of `readiness`. */
export interface ReadinessOptions {
  /** How long each database may take, in milliseconds; probes ask every few seconds. Default 2,000. */
  readonly timeoutMs?: number;
}

/** Answers 200: the process is alive. It says nothing about a database. */
export function liveness(_req: Request, res: Response): void {
  ok(res);
}

/**
 * Answers 200 when every engine answers `SELECT 1` in time, and 503 when one does not, when its SQLite file was deleted or
 * replaced, or when the process is shutting down. It takes connections of its own: a probe takes part in no transaction.
 *
 * @example
 * app.get('/healthz', liveness);
 * app.get('/readyz', readiness([engine]));
 */
export function readiness(
  engines: readonly Engine[],
  { timeoutMs = 2_000 }: ReadinessOptions = {},
): (req: Request, res: Response) => Promise<void> {
  return async (req, res) => {
    if (isShuttingDown(req.app)) throw notReady('The server is shutting down.');
    await Promise.all(engines.map((engine) => answersInTime(engine, timeoutMs)));
    ok(res);
  };
}

async function answersInTime(engine: Engine, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const late = notReady(`The database did not answer within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(late), timeoutMs);
  });
  try {
    await Promise.race([engine.execute('SELECT 1'), tooLate]);
  } catch (error) {
    throw error instanceof HttpProblem ? error : notReady('The database does not answer.', error);
  } finally {
    clearTimeout(timer);
  }
  if (engine.dialect.isReplaced?.())
    throw notReady(
      'The database file was deleted or replaced: what is written now is lost. Restart the app.',
    );
}

function ok(res: Response): void {
  res.set('Cache-Control', 'no-store').json({ status: 'ok' });
}

function notReady(detail: string, cause?: unknown): HttpProblem {
  return new HttpProblem(503, detail, {
    type: 'unavailable',
    headers: { 'Retry-After': '5' },
    cause,
  });
}
