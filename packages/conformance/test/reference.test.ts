/** The suite proves itself on the reference app, the contract in plain SQL on db-core, and with it what all styles share. */
import { join } from 'node:path';
import { createReferenceApp, referenceQueries, registerConformance } from '../src';

registerConformance({
  style: 'reference',
  createApp: createReferenceApp,
  queries: referenceQueries,
  layer: 'core',
  server: join(__dirname, '../src/reference-server.ts'),
});
