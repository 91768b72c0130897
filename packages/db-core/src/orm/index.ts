/**
 * `@quartet/db-core/orm`: what a session's queries are made of. `User.query` and `Session.query(User)` give them;
 * import from here to extend `Query`, to page a list of your own, or to name a type.
 *
 * @packageDocumentation
 */
export type { IterPagesOptions, PageSource, PaginateOptions, RequestedPage } from './pagination';
export type { Column, Columns, Order } from './column';
export type { Condition } from './condition';
export type { KeyPageOptions } from './key-page';
export type { LibraryCondition, Ordering, QuerySession, Values } from './query-types';
export { columns } from './column';
export { and, not, or } from './condition';
export { KeyPage } from './key-page';
export { NotFoundError } from './not-found-error';
export { paginate, Pagination } from './pagination';
export { Query } from './query';
