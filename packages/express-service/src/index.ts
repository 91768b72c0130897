/**
 * What a service on Express and db-core needs around its routes: errors, bodies, streams, health, start and end.
 *
 * @packageDocumentation
 */
export type { ProblemMessages } from './messages';
export type { FieldError, HttpProblemOptions, Problem } from './problem';
export { HttpProblem, problemTypes, sendProblem } from './problem';
export type { ErrorToProblemOptions } from './error-to-problem';
export { errorToProblem } from './error-to-problem';
export type { ErrorHandlerOptions } from './error-handler';
export { errorHandler, notFound } from './error-handler';
export type { JsonBodyOptions } from './json-body';
export { jsonBody, refuseLargeBodies } from './json-body';
export { sendNdjson } from './ndjson';
export type { ReadinessOptions } from './health';
export { liveness, readiness } from './health';
export { metrics } from './metrics';
export type { ServeOptions } from './serve';
export { serve } from './serve';
export type { StopOptions } from './shutdown';
export { stopOnSignals } from './shutdown';
