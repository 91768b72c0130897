/** The suites that every app passes on every engine, and the probe that reads the database by itself. */
export { registerConformance } from './register';
export { gapTable } from './support/gaps';
export type { Gap, Subject } from './support/subject';
export { suites } from './suites';
export { Probe } from './probe/probe';
export { AppProcess } from './support/app-process';
export { createReferenceApp, referenceQueries } from './reference-app';
export { onEachEngine } from './on-each-engine';
export type { Stage } from './on-each-engine';
export { registerArticles } from './style/articles';
export { registerIsolation } from './style/isolation';
export { registerNested } from './style/nested';
export { registerTenants } from './style/tenants';
export type { Style } from './style/style';
