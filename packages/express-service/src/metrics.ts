/** What Prometheus scrapes of engines: their pools, sessions, transactions and statements. */
import type { Engine } from '@quartet/db-core';
import { PrometheusMetrics } from '@quartet/db-core/observe';
import type { Request, Response } from 'express';

/**
 * Counts from now on, and answers with what was counted. It asks no database, and tells of no value. Each process of several has
 * its own figures; whoever can reach the route can read them.
 *
 * @example
 * app.get('/metrics', metrics([engine]));
 */
export function metrics(engines: readonly Engine[]): (req: Request, res: Response) => void {
  const counted = new PrometheusMetrics(engines);
  return (_req, res) => {
    res.set('Cache-Control', 'no-store').type(PrometheusMetrics.contentType).send(String(counted));
  };
}
