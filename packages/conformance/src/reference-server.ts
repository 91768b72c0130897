/** The reference app as a process, as each style's `server.ts` is. */
import { serve } from '@quartet/http-contract';
import { createReferenceApp, referenceQueries } from './reference-app';

void serve(createReferenceApp, { style: 'reference', port: 4105, queries: referenceQueries });
