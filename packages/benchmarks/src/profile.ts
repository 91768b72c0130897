/**
 * `npm run bench:profile -- --variant execute --engine sqlite --route 'GET /users/:id'`: where the server's CPU
 * time goes under load, by function and by package; several variants, separated by commas, are compared. `--docs` writes the comparisons that the docs show.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Database } from './harness/database';
import { serverFor } from './harness/database-server';
import { Loader } from './harness/loader';
import { Server } from './harness/server';
import { routeOf } from './harness/routes';
import { writeSection } from './report/docs';
import { ENGINE_TITLES, table } from './report/tables';
import { variantOf } from './variants';
import type { EngineName } from './variants/variant';

const { values } = parseArgs({
  options: {
    variant: { type: 'string', default: 'execute' },
    engine: { type: 'string', default: 'sqlite' },
    route: { type: 'string', default: 'GET /users/:id' },
    seconds: { type: 'string', default: '6' },
    top: { type: 'string', default: '45' },
    docs: { type: 'boolean', default: false },
  },
});

interface Profile {
  readonly nodes: {
    readonly id: number;
    readonly callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  readonly samples: number[];
  readonly timeDeltas: number[];
}

/** Self times in microseconds of CPU a request. */
interface Costs {
  readonly requests: number;
  readonly total: number;
  readonly packages: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
}

/** The comparisons of the docs: where a style spends more or less time than its library used alone. */
const COMPARED = [
  { engine: 'sqlite', variants: ['bare', 'execute', 'sql-builder', 'knex-router', 'knex'] },
  { engine: 'sqlite', variants: ['classical', 'typeorm-router', 'typeorm'] },
  { engine: 'postgres', variants: ['extension', 'sequelize-router', 'sequelize'] },
  { engine: 'postgres', variants: ['sql-builder', 'knex-router', 'knex'] },
  { engine: 'mariadb', variants: ['classical', 'classical-ofw', 'typeorm-router', 'typeorm'] },
] as const;
const ROWS = 12;
/** Each variant is warmed up for half the time that it is measured: the first third of the samples is dropped. */
const WARM = 1 / 2;
const ROUNDS = 6;

async function main(): Promise<void> {
  if (values.docs) {
    const tables: string[] = [];
    for (const { engine, variants } of COMPARED) {
      const costs = await profile(engine, variants);
      tables.push(`**${ENGINE_TITLES[engine]}**\n\n${comparison(variants, costs)}`);
    }
    writeSection('profile', tables.join('\n\n'));
    return;
  }
  const variants = values.variant.split(',');
  const costs = await profile(values.engine as EngineName, variants);
  for (const [i, each] of costs.entries()) {
    console.log(`\n${variants[i]}`);
    print(each);
  }
  if (costs.length > 1) console.log(`\n${comparison(variants, costs)}`);
}

/** A slice of load on each variant in turn, on one database, so that other work of the machine affects all alike. */
async function profile(engine: EngineName, variants: readonly string[]): Promise<Costs[]> {
  const server = await serverFor(engine);
  const database = await Database.create(engine);
  const loader = new Loader();
  const folder = mkdtempSync(path.join(tmpdir(), 'quartet-profile-'));
  try {
    const subjects: Subject[] = [];
    for (const variant of variants) subjects.push(await Subject.start(variant, database, folder));
    const measuredMs = Number(values.seconds) * 1000;
    for (const subject of subjects) await subject.warm(loader, measuredMs * WARM);
    for (let round = 0; round < ROUNDS; round++)
      for (const subject of subjects) await subject.slice(loader, measuredMs / ROUNDS);
    const costs: Costs[] = [];
    for (const subject of subjects) costs.push(await subject.stop());
    return costs;
  } finally {
    loader.stop();
    rmSync(folder, { recursive: true });
    await database.drop();
    await server?.stop();
  }
}

/** A server under V8's profiler. */
class Subject {
  readonly #server: Server;
  readonly #folder: string;
  #requests = 0;
  #warmMicros = 0;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  static async start(variant: string, { url }: Database, parent: string): Promise<Subject> {
    const folder = path.join(parent, variant);
    return new Subject(
      await Server.start(variant, url, ['--cpu-prof', `--cpu-prof-dir=${folder}`]),
      folder,
    );
  }

  async warm(loader: Loader, durationMs: number): Promise<void> {
    await this.#load(loader, durationMs);
    this.#warmMicros = (await this.#server.usage()).cpuMicros;
  }

  async slice(loader: Loader, durationMs: number): Promise<void> {
    this.#requests += await this.#load(loader, durationMs);
  }

  async stop(): Promise<Costs> {
    const { cpuMicros } = await this.#server.usage();
    await this.#server.stop();
    const [file = ''] = readdirSync(this.#folder);
    const recorded = JSON.parse(readFileSync(path.join(this.#folder, file), 'utf8')) as Profile;
    const total = (cpuMicros - this.#warmMicros) / this.#requests;
    return { requests: this.#requests, total, ...selfTimes(recorded, total) };
  }

  async #load(loader: Loader, durationMs: number): Promise<number> {
    const { requests } = await loader.run({
      port: this.#server.port,
      route: routeOf(values.route).name,
      connections: 8,
      durationMs,
      first: 1000,
    });
    return requests;
  }
}

/** The samples after the warm-up that are not idle. */
function selfTimes(
  { nodes, samples, timeDeltas }: Profile,
  cpuMicros: number,
): Pick<Costs, 'packages' | 'functions'> {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  const busy = samples.flatMap((id, i) => {
    const frame = byId.get(id);
    return frame && frame.functionName !== '(idle)'
      ? [{ frame, time: timeDeltas[i] as number }]
      : [];
  });
  let total = 0;
  for (const { frame, time } of busy.slice(Math.floor((busy.length * WARM) / (1 + WARM)))) {
    total += time;
    const where = place(frame.url);
    const name = `${frame.functionName || '(anonymous)'} ${where}:${frame.lineNumber + 1}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
    const owner = ownerOf(frame.functionName, where);
    packages.set(owner, (packages.get(owner) ?? 0) + time);
  }
  for (const times of [functions, packages])
    for (const [name, time] of times) times.set(name, (time / total) * cpuMicros);
  return { packages, functions };
}

/** The package, or the part of the runtime. */
function ownerOf(functionName: string, where: string): string {
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (where.startsWith('native')) return 'native: sockets and the like';
  return where.split(' ')[0] || 'node';
}

function print({ packages, functions, total, requests }: Costs): void {
  for (const [title, times, top] of [
    ['by package', packages, 15],
    ['by function', functions, Number(values.top)],
  ] as const) {
    console.log(`\n${title}, of ${total.toFixed(0)} µs of CPU a request`);
    for (const [name, micros] of largest(times, top))
      console.log(`${micros.toFixed(1).padStart(6)} µs  ${name}`);
  }
  console.log(`\n${requests} requests`);
}

function comparison(variants: readonly string[], costs: readonly Costs[]): string {
  const most = new Map<string, number>();
  for (const { packages } of costs)
    for (const [name, micros] of packages) most.set(name, Math.max(most.get(name) ?? 0, micros));
  const rows = largest(most, ROWS).map(([name]) => [
    name,
    ...costs.map(({ packages }) => (packages.get(name) ?? 0).toFixed(0)),
  ]);
  const sum = ['**all**', ...costs.map(({ total }) => `**${total.toFixed(0)}**`)];
  const titles = variants.map((id) => variantOf(id).title);
  return table([`µs a request, \`${values.route}\``, ...titles], [...rows, sum]);
}

function largest(times: ReadonlyMap<string, number>, top: number): [string, number][] {
  return [...times].sort(([, a], [, b]) => b - a).slice(0, top);
}

function place(url: string): string {
  const module = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(url);
  if (module) return `${module[1]} ${module[2]}`;
  const own = /(?:packages|apps)\/([^/]+)\/src\/(.*)/.exec(url);
  if (own) return `${own[1]} ${own[2]}`;
  return url.startsWith('node:') ? `node ${url.slice(5)}` : url || 'native';
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
