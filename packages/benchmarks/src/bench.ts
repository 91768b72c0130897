/**
 * `npm run bench`: each style on each engine over HTTP, beside its baselines. Two minutes; `--full` takes
 * about half an hour and measures everything. Results go to `results/`; `--docs` writes the tables into `docs/benchmarks.md`.
 */
import { parseArgs } from 'node:util';
import { Loader } from './harness/loader';
import type { Measured, Plan } from './harness/measure';
import { measure } from './harness/measure';
import { serverFor } from './harness/database-server';
import { ROUTES, NOTHING } from './harness/routes';
import { machine, serverVersion } from './report/machine';
import { writeReport } from './report/write-report';
import { VARIANTS } from './variants';
import type { EngineName } from './variants/variant';

const SHORT: Plan = { rounds: 3, sliceMs: 120, leadInMs: 30, warmUpMs: 250, connections: 8 };
const FULL: Plan = { rounds: 5, sliceMs: 800, leadInMs: 200, warmUpMs: 2000, connections: 8 };
const ENGINES: readonly EngineName[] = ['sqlite', 'postgres', 'mariadb'];

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    engine: { type: 'string' },
    variant: { type: 'string' },
    route: { type: 'string' },
    rounds: { type: 'string' },
    slice: { type: 'string' },
    'warm-up': { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const preset = values.full ? FULL : SHORT;
  const plan = {
    ...preset,
    ...(values.rounds && { rounds: Number(values.rounds) }),
    ...(values.slice && { sliceMs: Number(values.slice) }),
    ...(values['warm-up'] && { warmUpMs: Number(values['warm-up']) }),
  };
  const engines = ENGINES.filter((name) => values.engine?.split(',').includes(name) ?? true);
  const wanted = values.variant?.split(',');
  const variants = VARIANTS.filter(({ id, kind }) =>
    wanted
      ? wanted.includes(id)
      : values.full || !(['transactional', 'router'].includes(kind) || id.endsWith('-ofw')),
  );
  const routes = [...ROUTES, NOTHING].filter(
    ({ name }) => values.route?.split(',').some((part) => name.includes(part)) ?? true,
  );
  const loader = new Loader();
  const measured: Measured[] = [];
  const databases: string[] = [];
  const [startedAt, before] = [new Date(), machine()];
  try {
    for (const engine of engines) {
      const server = await serverFor(engine);
      try {
        databases.push(await serverVersion(server?.url ?? 'sqlite://'));
        measured.push(await measure(engine, variants, plan, loader, log, routes));
      } finally {
        await server?.stop();
      }
    }
  } finally {
    loader.stop();
  }
  const { full, docs } = values;
  writeReport({ startedAt, plan, full, machine: before, databases, measured }, { docs });
}

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
