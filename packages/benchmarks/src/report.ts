/** `npm run bench:report`: writes the tables of the last full run into the docs again, from its stored figures. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Run } from './report/run';
import { writeReport } from './report/write-report';

const run = JSON.parse(
  readFileSync(path.join(__dirname, '../results/full.json'), 'utf8'),
) as Run & { startedAt: string };
writeReport({ ...run, startedAt: new Date(run.startedAt) }, { docs: true });
