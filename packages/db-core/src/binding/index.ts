/**
 * `@quartet/db-core/binding`: for packages that bind a library (a mapper for each class) or a web framework
 * (a scope for each request) to db-core. An app needs none of it.
 */
export type { DialectFacts, InstantFacts } from '../dialects/facts';
export type { EngineRegistry } from './engine-registry';
export type { HiddenField } from './hidden-field';
export type { KeyColumn } from './key';
export type { Class, Identity, Mapper, Select } from '../orm/mapper';
export type { ScopeOptions } from '../session/scope';
export { createUnlessMade } from './create-unless-made';
export { dependenciesFirst } from '../orm/dependencies-first';
export { engineRegistry } from './engine-registry';
export { hiddenField } from './hidden-field';
export { keyOf } from './key';
export { mapClass, mapperOf, rowIsGone } from '../orm/mapper';
export { isUnchanged, snapshot } from './values';
export { enterScope, Scope } from '../session/scope';
