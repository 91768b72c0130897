/** The HTTP contract that every Quartet app answers: what an app supplies, and everything that is HTTP. */
export type * from './queries';
export { rejectionReason } from './rejection-reason';
export { createRouter } from './router';
export type { RouterOptions } from './router';
export { serve } from './serve';
export type { ServeOptions } from './serve';
export { seedSampleData } from './sample-data';
export { errorHandler, notFound } from './error-handler';
export type { ErrorHandlerOptions } from './error-handler';
export { HttpProblem, problemTypes } from './problem';
export type { FieldError, HttpProblemOptions, Problem } from './problem';
export { problemJson } from './problem';
export {
  importReportJson,
  messageDetailJson,
  messageJson,
  messagePageJson,
  topAuthorsJson,
  userJson,
  userPageJson,
} from './views';
