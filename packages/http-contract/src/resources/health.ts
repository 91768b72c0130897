/**
 * `/healthz`: the process answers. `/readyz`: it can serve, that is, its database answers in time. `/metrics`: what was done so far.
 */
import type { Engine } from '@quartet/db-core';
import { liveness, metrics, readiness } from '@quartet/express-service';
import { z } from 'zod';
import type { Operation } from '../operation';
import { operation } from '../operation';
import { component } from '../schemas';

const statusJson = component('Status', z.strictObject({ status: z.literal('ok') }));

export function healthOperations(engine: Engine): Operation[] {
  const ready = readiness([engine]);
  const scrape = metrics([engine]);
  return [
    operation({
      method: 'get',
      path: '/healthz',
      id: 'health',
      summary: 'The process is alive; says nothing about the database',
      answers: { 200: { description: 'Alive', schema: statusJson } },
      handle: (_input, req, res) => liveness(req, res),
    }),

    operation({
      method: 'get',
      path: '/readyz',
      id: 'ready',
      summary: 'The database answers within two seconds, and the process is not shutting down',
      answers: { 200: { description: 'Ready', schema: statusJson } },
      handle: (_input, req, res) => ready(req, res),
    }),

    operation({
      method: 'get',
      path: '/metrics',
      id: 'metrics',
      summary: 'Figures of the pool, of sessions, transactions and statements, for Prometheus',
      answers: { 200: { description: 'The text exposition format', type: 'text/plain' } },
      handle: (_input, req, res) => scrape(req, res),
    }),
  ];
}
