/**
 * `@quartet/db-core/binding`: for packages that bind a library (a mapper for each class) or a web framework
 * (a scope for each request) to db-core. An app needs none of it.
 *
 * @packageDocumentation
 */
export type { DialectFacts, InstantFacts } from '../dialects/facts';
export type { StoredAs } from '../dialects/sqlite/read-as';
export type { EngineRegistry } from './engine-registry';
export type { HiddenField } from './hidden-field';
export type { KeyColumn } from './key';
export type { ConditionTable } from '../orm/condition';
export type { Class } from '../orm/class';
export type { Identity, Mapper, Select } from '../orm/mapper';
export type { RelationTree } from '../orm/relation-tree';
export type { Operation } from '../observe/changes';
export type { ScopeOptions } from '../session/scope';
export { readAs } from '../dialects/sqlite/read-as';
export { isDevelopment, WarnedPlaces } from '../errors/development';
export { assertKnownOptions } from '../errors/unknown-option';
export { createUnlessMade } from '../reflection/create-unless-made';
export { assertComparable } from '../orm/column-value';
export { dependenciesFirst } from '../orm/dependencies-first';
export { engineRegistry } from './engine-registry';
export { hiddenField } from './hidden-field';
export { callerLocation, skipInLocations } from '../engine/caller-location';
export { noteChange, watchChanges } from '../observe/changes';
export { keyOf } from './key';
export { mapClass, mapperOf, rowIsGone } from '../orm/mapper';
export { hasDefaultTextForm } from '../orm/text-form';
export { mappedAlready, noCondition, noSuchColumn } from '../orm/refusals';
export { isPlain } from '../sql/plain-object';
export { assertTypes } from '../orm/select';
export { relationTree } from '../orm/relation-tree';
export { currentConnection, openedSession } from '../session/current';
export { isUnchanged, snapshot } from './values';
export { enterScope, Scope } from '../session/scope';
export { TeardownHooks } from '../session/teardown-hooks';
