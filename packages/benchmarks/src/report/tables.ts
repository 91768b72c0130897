/** The tables of a run, as Markdown: ratios to the baselines first, then the figures of each variant. */
import type { Measured, Sample } from '../harness/measure';
import { NOTHING, ROUTES } from '../harness/routes';
import type { Spread } from '../harness/statistics';
import { ratios, spread } from '../harness/statistics';
import { VARIANTS, variantOf } from '../variants';
import type { EngineName, Rivals, Variant } from '../variants/variant';

export const ENGINE_TITLES: Record<EngineName, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
};

export type Metric = 'perSecond' | 'cpuMicros' | 'p50' | 'p99';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** A route, and which of a variant's rivals it is compared with there. */
interface Column {
  readonly route: string;
  readonly title: string;
  readonly rival: keyof Rivals;
}

const column = (rival: keyof Rivals, route: string, more = ''): Column => ({
  route,
  rival,
  title: `\`${route}\`${more}`,
});

const COLUMNS = (rival: keyof Rivals): Column[] => ROUTES.map(({ name }) => column(rival, name));

/** Beside a library alone: a user is one row, which the library writes without a transaction, and with one. */
const PLAIN: readonly Column[] = COLUMNS('plain').flatMap((each) =>
  each.route === 'POST /users'
    ? [each, column('inTransaction', each.route, ', both in a transaction')]
    : [each],
);

/** Requests per second over those of the library alone in a thin server: above 1 is faster. */
export function baselineTable(measured: Measured): string {
  return comparison(measured, PLAIN, 'perSecond');
}

/** The CPU time of the server for a request, over that of the same baseline: below 1 is cheaper. */
export function cpuTable(measured: Measured): string {
  return comparison(measured, PLAIN, 'cpuMicros');
}

/** Requests per second over those of the library alone behind the same router. */
export function routerTable(measured: Measured): string {
  return comparison(measured, COLUMNS('router'), 'perSecond');
}

/** Each style over the library that opens a transaction for each request. */
export function transactionalTable(measured: Measured): string {
  const missing = Object.entries(measured.failed).map(
    ([id, why]) =>
      `${variantOf(id).title} is left out on ${ENGINE_TITLES[measured.engine]}: ${oneLine(why)}`,
  );
  const found = comparison(measured, COLUMNS('transactional'), 'perSecond');
  return [found, ...missing].filter(Boolean).join('\n\n');
}

/** What our HTTP layer costs: a library alone behind our router, over the same in a thin server. */
export function httpTable({ engine, samples }: Measured): string {
  const rows = VARIANTS.filter(({ kind, id }) => kind === 'router' && samples[id]).map(
    ({ id, title }) => [
      title,
      ...ROUTES.map(({ name }) =>
        shown(ratio(samples, id, id.replace(/-router$/, ''), name, 'cpuMicros')),
      ),
    ],
  );
  if (rows.length === 0) return '';
  return titled(engine, table(['', ...ROUTES.map(({ name }) => `\`${name}\``)], rows));
}

function comparison(
  { engine, samples }: Measured,
  columns: readonly Column[],
  metric: Metric,
): string {
  const rivalsOf = (rivals: Rivals): string[] => [
    ...new Set(columns.flatMap(({ rival }) => rivals[rival] ?? []).filter((id) => samples[id])),
  ];
  const rows = VARIANTS.flatMap(({ title, id, rivals }) => {
    const [first] = rivals ? rivalsOf(rivals) : [];
    if (!rivals || !first || !samples[id]) return [];
    const cells = columns.map(({ rival, route }) =>
      shown(ratio(samples, id, rivals[rival] ?? '', route, metric)),
    );
    return [[title, variantOf(first).title, ...cells]];
  });
  if (rows.length === 0) return '';
  const head = ['', 'compared with', ...columns.map(({ title }) => title)];
  return titled(engine, table(head, rows));
}

function titled(engine: EngineName, text: string): string {
  return `**${ENGINE_TITLES[engine]}**\n\n${text}`;
}

/** What one request sends to the database: statements, and on a server how often it is waited for. */
export function statementsTable({ engine, statements = {} }: Measured): string {
  const rows = VARIANTS.filter(({ id, kind }) => statements[id] && kind !== 'control').map(
    ({ id, title }) => [
      title,
      ...ROUTES.map(({ name }) => {
        const counted = statements[id]?.[name];
        if (!counted) return '';
        const sent = average(counted.statements);
        return engine === 'sqlite' ? sent : `${sent} in ${average(counted.roundTrips)}`;
      }),
    ],
  );
  if (rows.length === 0) return '';
  return titled(engine, table(['', ...ROUTES.map(({ name }) => `\`${name}\``)], rows));
}

function average(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** Requests per second, p50 and p99 in milliseconds, CPU microseconds a request, and memory. */
export function absoluteTable({ engine, samples, rss }: Measured): string {
  const rows = VARIANTS.filter(({ id }) => samples[id]).map(({ id, title }) => [
    title,
    ...[...ROUTES, NOTHING].map(({ name }) => {
      const list = samples[id]?.[name];
      if (!list) return '';
      const [perSecond, p50, p99, cpu] = (['perSecond', 'p50', 'p99', 'cpuMicros'] as const).map(
        (metric) => median(list, metric),
      ) as [number, number, number, number];
      const errors = list.reduce((sum, sample) => sum + sample.errors, 0);
      return `${perSecond.toFixed(0)} · ${p50.toFixed(1)} · ${p99.toFixed(0)} · ${cpu.toFixed(0)}${errors > 0 ? ` · **${errors} errors**` : ''}`;
    }),
    `${(rss[id] ?? 0).toFixed(0)} MB`,
  ]);
  const head = ['', ...[...ROUTES, NOTHING].map(({ name }) => `\`${name}\``), 'memory'];
  return `**${ENGINE_TITLES[engine]}**: requests per second · p50 ms · p99 ms · CPU µs a request\n\n${table(head, rows)}`;
}

/** The same ratio for a request that touches no data, where it was measured. */
export function nothingRatio(
  { samples }: Measured,
  metric: Metric = 'perSecond',
): Spread | undefined {
  if (!samples['execute']?.[NOTHING.name]) return undefined;
  return ratio(samples, 'execute', 'bare', NOTHING.name, metric);
}

/** The largest factor between two measurements of the same server: smaller differences are noise. */
export function noiseOf({ samples }: Measured): number {
  const found = ROUTES.map(
    ({ name }) => ratio(samples, 'bare-again', 'bare', name, 'perSecond').median,
  );
  return Math.max(1, ...found.filter(Number.isFinite).map((value) => Math.max(value, 1 / value)));
}

/** Where an A/A pair differs by more than this, the report warns. */
export const TOLERABLE_NOISE = 1.1;

export function ratio(
  samples: Measured['samples'],
  of: string,
  to: string,
  route: string,
  metric: Metric,
): Spread {
  const pick = (id: string): number[] =>
    (samples[id]?.[route] ?? []).map((sample) => sample[metric]);
  return ratios(pick(of), pick(to));
}

/**
 * A variant over its library alone in a thin server, as what both do compares: a session writes one row in a transaction, so
 * it is compared with a library that does.
 */
export function plainRatio(
  samples: Measured['samples'],
  { id, rivals }: Variant,
  route: string,
): Spread {
  const rival = route === 'POST /users' ? rivals?.inTransaction : rivals?.plain;
  return ratio(samples, id, rival ?? '', route, 'perSecond');
}

export function shown({ median: middle, low, high }: Spread): string {
  return Number.isNaN(middle) ? '' : `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

export function median(list: readonly Sample[], metric: Metric): number {
  return spread(list.map((sample) => sample[metric])).median;
}

function oneLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
