/** The HTTP contract that every Quartet app answers: what an app supplies, and everything that is HTTP. */
export type * from './queries';
export { rejectionReason } from './rejection-reason';
