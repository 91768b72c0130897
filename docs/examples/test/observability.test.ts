import { tracingChannel } from 'node:diagnostics_channel';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Logger } from '@quartet/db-core';
import { createEngine, runInScope } from '@quartet/db-core';
import type { QueryTrace, TransactionTrace } from '@quartet/db-core/observe';
import { QuartetInstrumentation } from '@quartet/opentelemetry';
import { Session, useDatabase, User } from './support';

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
  // #region opentelemetry
  const instrumentation = new QuartetInstrumentation({ requireParentSpan: false });
  instrumentation.setTracerProvider(tracerProvider); // NodeSDK does that
  await addUser();
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual([
    'BEGIN',
    'INSERT users',
    'COMMIT',
    'transaction', // around them
  ]);
  // #endregion
  instrumentation.disable();
  await tracerProvider.shutdown();
});

test('warnings and echo go to a logger', async () => {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const info = (_details: object, message: string): void => void lines.push(message);
  const logger: Logger = { error: nothing, warn: nothing, info, debug: nothing };
  // #region logger
  const engine = createEngine('sqlite://', { logger, echo: true }); // logger: pino()
  await engine.execute('select 1');
  expect(lines).toEqual([expect.stringContaining('select 1')]); // logger.info({}, line)
  // #endregion
  await engine.dispose();
});
