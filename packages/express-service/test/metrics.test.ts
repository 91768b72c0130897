import { createEngine } from '@quartet/db-core';
import { metrics } from '@quartet/express-service';
import { parseExposition, withServer } from '@quartet/testing';
import express from 'express';

test('what engines have done is scraped, in the format that Prometheus reads', async () => {
  const engine = createEngine('sqlite://');
  const app = express();
  app.get('/metrics', metrics([engine]));
  await engine.execute('select 1');
  await withServer(app, async (url) => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const statements = parseExposition(await response.text()).get(
      'db_client_operation_duration_seconds',
    );
    expect(statements?.samples.at(-1)).toMatchObject({
      labels: { db_system_name: 'sqlite', db_operation_name: 'SELECT' },
      value: 1,
    });
  });
  await engine.dispose();
});
