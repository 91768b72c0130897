/** An SDK of OpenTelemetry that keeps spans and metrics in memory, and the instrumentation that feeds it. */
import type { Tracer } from '@opentelemetry/api';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { QuartetInstrumentationConfig } from '@quartet/opentelemetry';
import { QuartetInstrumentation } from '@quartet/opentelemetry';

export class Telemetry {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly meterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: this.#metrics,
        exportIntervalMillis: 3_600_000, // exported by forceFlush
      }),
    ],
  });
  readonly instrumentation: QuartetInstrumentation;

  constructor(config?: QuartetInstrumentationConfig) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    this.instrumentation = new QuartetInstrumentation(config);
    this.instrumentation.setTracerProvider(this.tracerProvider);
    this.instrumentation.setMeterProvider(this.meterProvider);
  }

  get tracer(): Tracer {
    return this.tracerProvider.getTracer('the app');
  }

  /** Spans that are over, in the order in which they ended. */
  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  span(name: string): ReadableSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length === 1) return found[0] as ReadableSpan;
    throw new Error(
      `${found.length} spans ${name} among: ${this.spans.map((span) => span.name).join(', ')}`,
    );
  }

  forget(): void {
    this.#spans.reset();
    this.#metrics.reset();
  }

  /** What the metric of this name has now. */
  async metric(name: string): Promise<MetricData> {
    await this.meterProvider.forceFlush();
    const [latest] = this.#metrics.getMetrics().slice(-1);
    const metrics = latest?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    const found = metrics.find(({ descriptor }) => descriptor.name === name);
    if (found) return found;
    throw new Error(
      `no ${name} among: ${metrics.map(({ descriptor }) => descriptor.name).join(', ')}`,
    );
  }

  async points(name: string): Promise<DataPoint<number>[]> {
    return (await this.metric(name)).dataPoints as DataPoint<number>[];
  }

  async histograms(name: string): Promise<DataPoint<Histogram>[]> {
    return (await this.metric(name)).dataPoints as DataPoint<Histogram>[];
  }

  async stop(): Promise<void> {
    this.instrumentation.disable();
    context.disable();
    await this.tracerProvider.shutdown();
    await this.meterProvider.shutdown();
  }
}
