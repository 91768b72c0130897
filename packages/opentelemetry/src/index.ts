/**
 * `@quartet/opentelemetry`: what db-core's engines do, as spans and metrics of OpenTelemetry.
 *
 * @packageDocumentation
 */
export type { QuartetInstrumentationConfig } from './config';
export { QuartetInstrumentation } from './quartet-instrumentation';
