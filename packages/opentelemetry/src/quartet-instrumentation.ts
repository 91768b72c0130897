/**
 * The instrumentation: it subscribes to db-core's tracing channels, so that it sees every engine of the process, whichever was
 * made first. It has the shape that OpenTelemetry's SDK registers instrumentations by, and needs nothing but the API.
 *
 * @see https://opentelemetry.io/docs/languages/js/libraries/
 */
import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { CheckoutTrace, QueryTrace, TransactionTrace } from '@quartet/db-core/observe';
import type { TracingChannel } from 'node:diagnostics_channel';
import { tracingChannel } from 'node:diagnostics_channel';
import { metrics as globalMetrics, trace as globalTracing } from '@opentelemetry/api';
import { assertKnownOptions } from '@quartet/db-core/binding';
import type { QuartetInstrumentationConfig } from './config';
import { CONFIG } from './config';
import { Metrics } from './metrics';
import { Spans } from './spans';

const { name: NAME, version: VERSION } = require('../package.json') as {
  name: string;
  version: string;
};

/** What is done at three moments of what a channel traces. */
interface Handlers<T> {
  readonly start: (trace: T) => void;
  readonly asyncEnd: (trace: T) => void;
}

/**
 * @example
 * new NodeSDK({ instrumentations: [new QuartetInstrumentation()] }).start();
 */
export class QuartetInstrumentation {
  readonly instrumentationName: string = NAME;
  readonly instrumentationVersion: string = VERSION;
  #config: QuartetInstrumentationConfig = {};
  #tracerProvider: TracerProvider | undefined;
  #meterProvider: MeterProvider | undefined;
  #metrics: Metrics | undefined;
  readonly #spans: Spans;
  #stops: readonly (() => void)[] = [];

  /** @throws ArgumentError for an option that it does not know. */
  constructor(config: QuartetInstrumentationConfig = {}) {
    this.#spans = new Spans(
      () => (this.#tracerProvider ?? globalTracing).getTracer(NAME, VERSION),
      () => this.#config,
    );
    this.setConfig(config);
    if (config.enabled !== false) this.enable();
  }

  /** Begins to watch. Does nothing where it does already. */
  enable(): void {
    if (this.#stops.length > 0) return;
    this.#makeMetrics();
    this.#stops = [
      subscribe<QueryTrace>('quartet:query', {
        start: (trace) => this.#spans.statementSent(trace),
        asyncEnd: (trace) => {
          this.#spans.statementAnswered(trace);
          this.#metrics?.statementAnswered(trace);
        },
      }),
      subscribe<TransactionTrace>('quartet:transaction', {
        start: (trace) => {
          this.#spans.transactionBegun(trace);
          this.#metrics?.transactionBegun(trace);
        },
        asyncEnd: (trace) => {
          this.#spans.transactionEnded(trace);
          this.#metrics?.transactionEnded(trace);
        },
      }),
      subscribe<CheckoutTrace>('quartet:checkout', {
        start: (trace) => this.#metrics?.checkoutAsked(trace),
        asyncEnd: (trace) => this.#metrics?.checkoutOver(trace),
      }),
    ];
  }

  /** Ends that; spans that have begun are left as they are. */
  disable(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#metrics?.stop();
    this.#metrics = undefined;
  }

  /** Where spans go from now on. Called by the SDK. */
  setTracerProvider(provider: TracerProvider): void {
    this.#tracerProvider = provider;
  }

  /** Where metrics go from now on. Called by the SDK. */
  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
    if (this.#metrics) this.#makeMetrics();
  }

  /** What it was configured with. */
  getConfig(): QuartetInstrumentationConfig {
    return this.#config;
  }

  /** @throws ArgumentError for an option that it does not know. */
  setConfig(config: QuartetInstrumentationConfig): void {
    assertKnownOptions('option of QuartetInstrumentation', config, CONFIG);
    this.#config = Object.freeze({ enabled: true, ...config });
  }

  #makeMetrics(): void {
    this.#metrics?.stop();
    this.#metrics = new Metrics((this.#meterProvider ?? globalMetrics).getMeter(NAME, VERSION));
  }
}

function subscribe<T extends object>(name: string, handlers: Handlers<T>): () => void {
  const channel: TracingChannel<unknown, T> = tracingChannel(name);
  const { start, asyncEnd } = handlers;
  const onStart = (trace: unknown): void => start(trace as T);
  const onEnd = (trace: unknown): void => asyncEnd(trace as T);
  channel.start.subscribe(onStart);
  channel.asyncEnd.subscribe(onEnd);
  return () => {
    channel.start.unsubscribe(onStart);
    channel.asyncEnd.unsubscribe(onEnd);
  };
}
