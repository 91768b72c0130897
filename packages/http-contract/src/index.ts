/** The HTTP contract that every Quartet app answers: what an app supplies, and everything that is HTTP. */
export type * from './queries';
export { rejectionReason } from './rejection-reason';
export { createRouter } from './router';
export type { RouterOptions } from './router';
export { serve } from './serve';
export type { ServeOptions } from './serve';
export { seedSampleData } from './sample-data';
export { problemMessages } from './error-to-problem';
export {
  importReportJson,
  messageDetailJson,
  messageJson,
  messagePageJson,
  problemJson,
  topAuthorsJson,
  userJson,
  userPageJson,
} from './views';
