/** Measures variants on one engine: same data, same answers, then round after round, one after the other. */
import { setTimeout } from 'node:timers/promises';
import { Database } from './database';
import { answers, compareAnswers } from './compare';
import type { LoadResult } from './load';
import type { Loader } from './loader';
import type { Route } from './routes';
import { NOTHING, ROUTES } from './routes';
import { Server } from './server';
import type { StatementsOfRoutes } from './statements';
import { countStatements } from './statements';
import type { EngineName, Variant } from '../variants/variant';

export interface Plan {
  readonly rounds: number;
  /** The length of a measured slice. */
  readonly sliceMs: number;
  /** Uncounted load before each slice, since the other variants used the caches meanwhile. */
  readonly leadInMs: number;
  /** Load on each route before the first round: a server's CPU time a request settles after about ten seconds. */
  readonly warmUpMs: number;
  readonly connections: number;
}

/** One slice of load on one route. */
export interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of the server process for each request, in microseconds. */
  readonly cpuMicros: number;
  readonly loopDelayP99: number;
  readonly errors: number;
}

export interface Measured {
  readonly engine: EngineName;
  /** By variant and route, in the order of the rounds. */
  readonly samples: Record<string, Record<string, Sample[]>>;
  /** By variant: resident memory after the last round, in megabytes. */
  readonly rss: Record<string, number>;
  /** By variant and route: what a request sends to the database. */
  readonly statements: Record<string, StatementsOfRoutes>;
  /** Variants that cannot run here, and why. */
  readonly failed: Record<string, string>;
}

interface Contestant {
  readonly variant: Variant;
  readonly database: Database;
  readonly server: Server;
  /** The number of the next write: each must be new. */
  next: number;
}

export async function measure(
  engine: EngineName,
  variants: readonly Variant[],
  plan: Plan,
  loader: Loader,
  log: (line: string) => void,
  routes: readonly Route[] = [...ROUTES, NOTHING],
): Promise<Measured> {
  const failed: Record<string, string> = {};
  const contestants: Contestant[] = [];
  const samples: Measured['samples'] = {};
  const statements: Measured['statements'] = {};
  try {
    let expected: string[] | undefined;
    for (const variant of variants.filter(({ except = [] }) => !except.includes(engine))) {
      const database = await Database.create(engine);
      try {
        const server = await Server.start(variant.id, database.url);
        contestants.push({ variant, database, server, next: 1000 });
        const compared = routes.filter((route) => route !== NOTHING);
        if (expected) await compareAnswers(expected, server, compared);
        else expected = await answers(server, compared);
        await database.reset();
        const counted = routes.filter((route) => enters(variant, route) && route !== NOTHING);
        statements[variant.id] = await countStatements(variant, database, counted);
      } catch (error) {
        if (variant.kind !== 'transactional') throw error;
        failed[variant.id] = (error as Error).message;
        log(`${engine}: ${variant.id} is left out: ${(error as Error).message.split('\n')[0]}`);
        const started = contestants.findIndex((each) => each.variant === variant);
        if (started >= 0) await contestants.splice(started, 1)[0]?.server.stop();
        await database.drop();
      }
    }
    log(`${engine}: ${contestants.length} variants answer alike`);

    for (const route of routes) {
      for (const each of entering(contestants, route))
        await slice(each, route, { ...plan, leadInMs: 0, sliceMs: plan.warmUpMs }, loader);
    }
    log(`${engine}: warm`);

    for (let round = 0; round < plan.rounds; round++) {
      for (const route of routes) {
        const line = entering(contestants, route);
        for (let i = 0; i < line.length; i++) {
          // Each round begins with another variant, so that no variant always follows the same one.
          const each = line[(i + round) % line.length] as Contestant;
          const sample = await slice(each, route, plan, loader);
          const ofVariant = (samples[each.variant.id] ??= {});
          (ofVariant[route.name] ??= []).push(sample);
        }
      }
      log(`${engine}: round ${round + 1} of ${plan.rounds}`);
    }
    const rss: Record<string, number> = {};
    for (const { variant, server } of contestants)
      rss[variant.id] = (await server.usage()).rss / 1024 / 1024;
    return { engine, samples, statements, rss, failed };
  } finally {
    for (const { server, database } of contestants) {
      await server.stop();
      await database.drop();
    }
  }
}

function entering(contestants: readonly Contestant[], route: Route): Contestant[] {
  return contestants.filter(({ variant }) => enters(variant, route));
}

function enters({ kind, routes }: Variant, route: Route): boolean {
  if (routes) return routes.includes(route.name);
  return route !== NOTHING || ['limit', 'control', 'execute'].includes(kind);
}

/** What a slice may take beyond its own time: writers that wait for a lock, and what they wrote taken out. */
const PATIENCE_MS = 60_000;

/** @throws Error that names the variant and the route, where it does not end. */
async function slice(
  contestant: Contestant,
  route: Route,
  plan: Plan,
  loader: Loader,
): Promise<Sample> {
  const { id } = contestant.variant;
  const limitMs = plan.leadInMs + plan.sliceMs + PATIENCE_MS;
  const limit = new AbortController();
  const tooLong = setTimeout(limitMs, undefined, { signal: limit.signal }).then(
    () => {
      throw new Error(`${id}: ${route.name} has not ended after ${limitMs / 1000} s`);
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([measureSlice(contestant, route, plan, loader), tooLong]);
  } finally {
    limit.abort();
  }
}

async function measureSlice(
  contestant: Contestant,
  route: Route,
  { connections, leadInMs, sliceMs }: Plan,
  loader: Loader,
): Promise<Sample> {
  const { server, database } = contestant;
  if (leadInMs > 0) await run(leadInMs);
  const before = await server.usage();
  const { requests, seconds, p50, p99, errors } = await run(sliceMs);
  const after = await server.usage();
  if (route.writes) await database.reset();
  return {
    perSecond: requests / seconds,
    p50,
    p99,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
    loopDelayP99: after.loopDelayP99,
    errors,
  };

  async function run(durationMs: number): Promise<LoadResult> {
    const { port } = server;
    const first = contestant.next;
    const result = await loader.run({ port, route: route.name, connections, durationMs, first });
    contestant.next += result.requests + connections;
    return result;
  }
}
