/**
 * `@quartet/db-core/binding`: for packages that bind a library (a mapper for each class) or a web framework
 * (a scope for each request) to db-core. An app needs none of it.
 */
export type { HiddenField } from './hidden-field';
export type { Class, Identity, Mapper, Select } from '../orm/mapper';
export type { Operation } from '../observe/changes';
export type { ScopeOptions } from '../session/scope';
export { assertKnownOptions } from '../errors/unknown-option';
export { createUnlessMade } from './create-unless-made';
export { hiddenField } from './hidden-field';
export { skipInLocations } from '../observe/caller-location';
export { noteChange, watchChanges } from '../observe/changes';
export { mapClass, mapperOf } from '../orm/mapper';
export { currentConnection, openedSession } from '../session/current';
export { enterScope, Scope } from '../session/scope';
