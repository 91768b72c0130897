/** The suite proves itself on the reference app, the contract in plain SQL on db-core. */
import { join } from 'node:path';
import { createReferenceApp, referenceQueries, registerConformance } from '../src';

registerConformance({
  style: 'reference',
  createApp: createReferenceApp,
  queries: referenceQueries,
  server: join(__dirname, '../src/reference-server.ts'),
});
