/**
 * What Quartet's own tests are written with: the engines of this run, a fresh database per suite,
 * and the rule that a warning fails the test that did not announce it.
 */
export { bareSchema, expectedSchema } from './bare-schema';
export type { BareSchema, BareTable } from './bare-schema';
export { childrenOf } from './children-of';
export { describeOn } from './describe-on';
export { testEngines } from './engines';
export type { EngineName, TestEngine } from './engines';
export { freshDatabase } from './fresh-database';
export type { FreshDatabase } from './fresh-database';
export { ownServer } from './own-server';
export type { OwnServer, ServerControl } from './own-server';
export { parseExposition } from './parse-exposition';
export type { ScrapedFamily, ScrapedSample } from './parse-exposition';
export { describePooler, startPooler } from './pooler';
export type { Pooler } from './pooler';
export { proxy } from './proxy';
export type { Proxy, Watcher } from './proxy';
export { describeServers, startGalera, startReplicated } from './replicated';
export type { Galera, Replicated } from './replicated';
export { ServerProcess } from './server-process';
export { listen, withServer } from './test-server';
export type { TestServer } from './test-server';
export { TEST_PASSWORD } from './test-password';
export { until } from './until';
export type { UntilOptions } from './until';
export { expectWarning } from './warnings';
export { dropTheirTables, makeTheirTables } from './their-tables';
export { hostsOf, withHosts } from './with-hosts';
export { makeThings, THING } from './things-of-text';
