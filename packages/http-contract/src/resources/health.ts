/** `/healthz`: the process answers. `/readyz`: it can serve, that is, its database answers in time. */
import type { Engine } from '@quartet/db-core';
import { z } from 'zod';
import type { Operation } from '../operation';
import { operation } from '../operation';
import { HttpProblem } from '../problem';
import { component } from '../schemas';

/** Probes ask every few seconds and give up after about as many. */
const READY_TIMEOUT_MS = 2_000;
const statusJson = component('Status', z.strictObject({ status: z.literal('ok') }));

/** `app.locals` key that says that the process is about to end: `serve` sets it, `/readyz` reads it. */
export const SHUTTING_DOWN = 'shuttingDown';

export function healthOperations(engine: Engine): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/healthz',
      id: 'health',
      summary: 'The process is alive; says nothing about the database',
      answers: { 200: { description: 'Alive', schema: statusJson } },
      handle(_input, _req, res) {
        res.set('Cache-Control', 'no-store').json({ status: 'ok' });
      },
    }),

    operation({
      method: 'get',
      path: '/readyz',
      id: 'ready',
      summary: 'The database answers within two seconds, and the process is not shutting down',
      answers: { 200: { description: 'Ready', schema: statusJson } },
      async handle(_input, req, res) {
        if (req.app.locals[SHUTTING_DOWN] === true) throw notReady('The server is shutting down.');
        await answersInTime(engine);
        res.set('Cache-Control', 'no-store').json({ status: 'ok' });
      },
    }),
  ];
}

/** The engine's own connection, not the session's: a probe must not take part in a transaction. */
async function answersInTime(engine: Engine): Promise<void> {
  const question = engine.execute('SELECT 1');
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const late = notReady(`The database did not answer within ${READY_TIMEOUT_MS} ms.`);
    timer = setTimeout(() => reject(late), READY_TIMEOUT_MS);
  });
  try {
    await Promise.race([question, tooLate]);
  } catch (error) {
    throw error instanceof HttpProblem ? error : notReady('The database does not answer.', error);
  } finally {
    clearTimeout(timer);
  }
}

function notReady(detail: string, cause?: unknown): HttpProblem {
  return new HttpProblem(503, detail, {
    type: 'unavailable',
    headers: { 'Retry-After': '5' },
    ...(cause !== undefined && { cause }),
  });
}
