/** A run as data for others: one row for each figure, in the units that its name says. */
import type { Measured, Sample } from '../harness/measure';
import { NOTHING, ROUTES } from '../harness/routes';
import type { Spread } from '../harness/statistics';
import { spread } from '../harness/statistics';
import { VARIANTS } from '../variants';
import type { EngineName, Kind, Rivals } from '../variants/variant';
import type { Metric } from './tables';
import { ratio } from './tables';
import type { Run } from './run';

/** One variant on one route of one engine: medians and quartiles over the rounds. */
interface Result {
  readonly engine: EngineName;
  readonly variant: string;
  readonly kind: Kind;
  readonly route: string;
  readonly perSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly cpuMicros: Spread;
  /** Answers with another status than the route's, in all rounds. */
  readonly errors: number;
  /** What one request sends to the database, transactions' own statements among it. */
  readonly statements: number | null;
  readonly roundTrips: number | null;
}

/** A variant over a rival, round by round. Above 1 it answers more requests, or needs more CPU time. */
interface Ratio {
  readonly engine: EngineName;
  readonly variant: string;
  readonly rival: string;
  /** What the rival is to it. `control` is A/A: the same server measured twice. */
  readonly relation: keyof Rivals | 'control';
  readonly route: string;
  readonly perSecond: Spread;
  readonly cpuMicros: Spread;
}

export function openData({ startedAt, full, plan, machine, databases, measured }: Run): object {
  return {
    startedAt,
    mode: full ? 'full' : 'short',
    plan,
    machine,
    databases,
    variants: VARIANTS.map(({ id, title, kind, rivals }) => ({ id, title, kind, rivals })),
    memoryMb: Object.fromEntries(measured.map(({ engine, rss }) => [engine, rounded(rss)])),
    results: measured.flatMap(results),
    ratios: measured.flatMap(ratios),
  };
}

function results({ engine, samples, statements = {} }: Measured): Result[] {
  return VARIANTS.flatMap(({ id, kind }) =>
    [...ROUTES, NOTHING].flatMap(({ name: route }) => {
      const list = samples[id]?.[route];
      if (!list) return [];
      const of = (metric: keyof Sample): Spread =>
        rounded(spread(list.map((sample) => sample[metric])));
      const counted = statements[id]?.[route];
      return {
        engine,
        variant: id,
        kind,
        route,
        perSecond: of('perSecond'),
        p50Ms: of('p50'),
        p99Ms: of('p99'),
        cpuMicros: of('cpuMicros'),
        errors: list.reduce((sum, { errors }) => sum + errors, 0),
        statements: counted?.statements ?? null,
        roundTrips: engine === 'sqlite' ? 0 : (counted?.roundTrips ?? null),
      };
    }),
  );
}

function ratios({ engine, samples }: Measured): Ratio[] {
  return VARIANTS.flatMap(({ id, kind, rivals = {} }) =>
    Object.entries(rivals).flatMap(([relation, rival]: [string, string]) =>
      ROUTES.flatMap(({ name: route }) => {
        const over = (metric: Metric): Spread => ratio(samples, id, rival, route, metric);
        const perSecond = over('perSecond');
        if (Number.isNaN(perSecond.median)) return [];
        return {
          engine,
          variant: id,
          rival,
          relation: kind === 'control' ? 'control' : (relation as keyof Rivals),
          route,
          perSecond: rounded(perSecond),
          cpuMicros: rounded(over('cpuMicros')),
        };
      }),
    ),
  );
}

/** Four digits are more than the noise leaves. */
function rounded<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, number]) => [
      name,
      Number(value.toPrecision(4)),
    ]),
  ) as T;
}
