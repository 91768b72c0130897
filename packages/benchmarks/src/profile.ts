/**
 * `npm run bench:profile -- --variant execute --engine sqlite --route 'GET /users/:id'`: where the server's CPU
 * time goes under load, by function and by package.
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
import type { EngineName } from './variants/variant';

const { values } = parseArgs({
  options: {
    variant: { type: 'string', default: 'execute' },
    engine: { type: 'string', default: 'sqlite' },
    route: { type: 'string', default: 'GET /users/:id' },
    seconds: { type: 'string', default: '6' },
    top: { type: 'string', default: '45' },
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

async function main(): Promise<void> {
  const engine = values.engine as EngineName;
  const route = routeOf(values.route);
  const server = await serverFor(engine);
  const folder = mkdtempSync(path.join(tmpdir(), 'quartet-profile-'));
  const database = await Database.create(engine);
  const loader = new Loader();
  try {
    const subject = await Server.start(values.variant, database.url, [
      '--cpu-prof',
      `--cpu-prof-dir=${folder}`,
    ]);
    const result = await loader.run({
      port: subject.port,
      route: route.name,
      connections: 10,
      durationMs: Number(values.seconds) * 1000,
      first: 1000,
    });
    const { cpuMicros } = await subject.usage();
    await subject.stop();
    const [file = ''] = readdirSync(folder);
    const profile = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Profile;
    print(profile, cpuMicros / result.requests);
    console.log(`\n${result.requests} requests`);
  } finally {
    loader.stop();
    await database.drop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Self time by function in microseconds a request; the first third of the samples is left out: the code was not compiled yet. */
function print({ nodes, samples, timeDeltas }: Profile, cpuMicros: number): void {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  const from = Math.floor(samples.length / 3);
  let total = 0;
  for (let i = from; i < samples.length; i++) {
    const frame = byId.get(samples[i] as number);
    if (!frame || frame.functionName === '(idle)') continue;
    const time = timeDeltas[i] as number;
    total += time;
    const where = place(frame.url);
    const name = `${frame.functionName || '(anonymous)'} ${where}:${frame.lineNumber + 1}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
    const owner = where.split(' ')[0] || 'node';
    packages.set(owner, (packages.get(owner) ?? 0) + time);
  }
  const each = (time: number): string =>
    `${((time / total) * cpuMicros).toFixed(1).padStart(6)} µs`;
  for (const [title, times, top] of [
    ['by package', packages, 15],
    ['by function', functions, Number(values.top)],
  ] as const) {
    console.log(`\n${title}, of ${cpuMicros.toFixed(0)} µs of CPU a request`);
    for (const [name, time] of [...times].sort(([, a], [, b]) => b - a).slice(0, top))
      console.log(`${each(time)}  ${name}`);
  }
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
