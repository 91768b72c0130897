/**
 * `npm run bench:many-rows`: a hundred thousand rows in each style beside its library alone. Imported by the library's own bulk
 * way in one transaction, exported as a stream, and read in pages: with a count, without, and by key. `--docs` writes the tables.
 */
import { parseArgs } from 'node:util';
import { serverFor } from './harness/database-server';
import { CONTESTANTS } from './many-rows/contestants';
import type { Measured } from './many-rows/measure';
import { measureEngine } from './many-rows/measure';
import { summary } from './many-rows/summary';
import { writeResults, writeSection } from './report/docs';
import { machine } from './report/machine';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    slice: { type: 'string', default: '500' },
    engine: { type: 'string' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const only = values.only?.split(',');
  const contestants = CONTESTANTS.filter(({ id }) => only?.includes(id) ?? true);
  const plan = {
    rows: Number(values.rows),
    rounds: Number(values.rounds),
    sliceMs: Number(values.slice),
  };
  const run = { at: new Date().toISOString(), plan, machine: machine() };
  const measured: Measured[] = [];
  for (const engine of ['sqlite', 'postgres', 'mariadb'] as const) {
    if (values.engine && !values.engine.split(',').includes(engine)) continue;
    const server = await serverFor(engine);
    try {
      measured.push(await measureEngine(engine, contestants, plan));
    } finally {
      await server?.stop();
    }
  }
  const text = summary({ ...run, measured });
  console.log(`${text}\n\n${writeResults('many-rows.json', { ...run, measured })}`);
  if (values.docs) writeSection('many-rows', text);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
