import { tracingChannel } from 'node:diagnostics_channel';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Logger } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { QueryTrace, TransactionTrace } from '@quartet/db-core/observe';
import { PrometheusMetrics } from '@quartet/db-core/observe';
import { QuartetInstrumentation } from '@quartet/opentelemetry';
import express from 'express';
import { engine, Session, useDatabase, User } from './support';

useDatabase();

async function addUser(): Promise<void> {
  await runInScope(async () => {
    Session.add(new User('admin'));
    await Session.commit();
  });
}

test('channels tell of every engine of the process', async () => {
  const lines: string[] = [];
  // #region channels
  const queries = tracingChannel('quartet:query');
  const transactions = tracingChannel('quartet:transaction');
  const onQuery = (message: unknown): void => {
    const { engine, sql, durationMs } = message as QueryTrace;
    lines.push(`${engine.dialect.name} ${engine.describe(sql).summary}`);
    expect(durationMs).toBeGreaterThan(0);
  };
  const onEnd = (message: unknown): void => {
    lines.push((message as TransactionTrace).outcome ?? '');
  };
  queries.asyncEnd.subscribe(onQuery);
  transactions.asyncEnd.subscribe(onEnd);
  await addUser();
  expect(lines).toEqual(['sqlite INSERT users', 'commit']);
  // #endregion
  queries.asyncEnd.unsubscribe(onQuery);
  transactions.asyncEnd.unsubscribe(onEnd);
});

test('OpenTelemetry gets a span for a unit of work, with its statements in it', async () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  // #region register
  // new NodeSDK({ instrumentations: [new QuartetInstrumentation()] }) does this, with providers of its own
  const end = registerInstrumentations({
    instrumentations: [new QuartetInstrumentation()],
    tracerProvider,
  });
  // #endregion
  // #region opentelemetry
  await addUser();
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual([
    'BEGIN',
    'INSERT users',
    'COMMIT',
    'transaction', // around them
  ]);
  // #endregion
  end();
  await tracerProvider.shutdown();
});

test('slow statements, and the same read again and again, are warned of', async () => {
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const warn = (_details: object, message: string): void => void warnings.push(message);
  const logger: Logger = { error: nothing, warn, info: nothing, debug: nothing };
  const fast = 0.000_1; // for the example
  // #region slow
  const slow = createEngine('sqlite://', { logger, slowQueryMs: fast });
  await slow.execute("select upper('secret')");
  expect(warnings[0]).toMatch(/^A statement took \d+ ms: select upper\(\?\)$/);
  // #endregion
  warnings.length = 0;
  await slow.dispose();
  // #region n-plus-one
  const watched = createEngine('sqlite://', { logger, nPlusOneThreshold: 3 });
  const OfWatched = scopedSession(sessionmaker({ bind: watched }));
  await runInScope(async () => {
    for (const id of [1, 2, 3]) await OfWatched.execute('select ? as author', [id]);
  });
  expect(warnings[0]).toMatch(/the same statement 3 times.*select \? as author/);
  expect(warnings[0]).toContain('observability.test.ts'); // the stack that has sent it
  // #endregion
  await watched.dispose();
});

test('Prometheus scrapes what an engine has done', async () => {
  // #region prometheus
  const metrics = new PrometheusMetrics([engine]); // counts from now on
  await addUser();
  expect(String(metrics)).toMatch(
    /^quartet_transaction_duration_seconds_count\{.*quartet_transaction_outcome="commit"\} 1$/m,
  );
  // #endregion
  metrics.stop();
});

test('a request tells in a header how long its database took', () => {
  // #region server-timing
  const app = express();
  initApp(app, { serverTiming: true });
  // Server-Timing: db;dur=3.2;desc="5 statements", db-wait;dur=0.0;desc="connection or lock", total;dur=7.9
  // #endregion
  expect(app).toBeDefined();
});

test('warnings and echo go to a logger', async () => {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const info = (_details: object, message: string): void => void lines.push(message);
  const logger: Logger = { error: nothing, warn: nothing, info, debug: nothing };
  // #region logger
  const logged = createEngine('sqlite://', { logger, echo: true }); // logger: pino()
  await logged.execute('select 1');
  expect(lines).toEqual([expect.stringContaining('select 1')]); // logger.info({}, line)
  // #endregion
  await logged.dispose();
});
