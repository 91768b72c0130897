/** `GET /metrics`: what Prometheus reads of an app, whichever library does its work. */
import { parseExposition } from '@quartet/testing';
import type { ScrapedSample } from '@quartet/testing';
import type { Client } from '../support/client';
import { suite } from '../support/suite';

/** Adds up the samples of a metric that have these labels. */
async function scraped(
  api: Client,
  family: string,
  part = '',
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { status, headers, text } = await api.get('/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const isAsked = (sample: ScrapedSample): boolean =>
    sample.name === family + part &&
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  const samples = parseExposition(text).get(family)?.samples.filter(isAsked) ?? [];
  return samples.reduce((total, { value }) => total + value, 0);
}

export const metrics = suite('metrics', (test) => {
  test('each request adds its session, its transaction by outcome, and its statements', async ({
    api,
  }) => {
    const count = (outcome: string): Promise<number> =>
      scraped(api, 'quartet_transaction_duration_seconds', '_count', {
        quartet_transaction_outcome: outcome,
      });
    const all = async (): Promise<number[]> => [
      await scraped(api, 'quartet_sessions_total'),
      await count('commit'),
      await count('rollback'),
      await count('unknown'),
    ];
    const inserts = (): Promise<number> =>
      scraped(api, 'db_client_operation_duration_seconds', '_count', {
        db_operation_name: 'INSERT',
      });
    const before = await all();
    const insertsBefore = await inserts();
    const user = { name: 'admin', email: 'admin@localhost' };
    expect((await api.post('/users', user)).status).toBe(201);
    expect((await api.post('/users', user)).status).toBe(409);
    const after = await all();
    expect(after.map((value, i) => value - (before[i] ?? 0))).toEqual([2, 1, 1, 0]);
    expect((await inserts()) - insertsBefore).toBe(2);
  });

  test('after a request its connection is idle, and nobody waits', async ({
    api,
    probe,
    settled,
  }) => {
    await probe.addUsers(1);
    await api.get('/users');
    await settled();
    const connections = (state: string): Promise<number> =>
      scraped(api, 'db_client_connection_count', '', { db_client_connection_state: state });
    expect(await connections('used')).toBe(0);
    expect(await connections('idle')).toBeGreaterThan(0);
    expect(await scraped(api, 'db_client_connection_pending_requests')).toBe(0);
  });
});
