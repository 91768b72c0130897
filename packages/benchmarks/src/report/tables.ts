/** The tables of a run, as Markdown: ratios to the baselines first, then the figures of each variant. */
import type { Measured, Sample } from '../harness/measure';
import { NOTHING, ROUTES } from '../harness/routes';
import type { Spread } from '../harness/statistics';
import { ratios, spread } from '../harness/statistics';
import { TRANSACTIONAL, VARIANTS } from '../variants';
import type { Style } from '../variants/styles';
import type { EngineName, Variant } from '../variants/variant';

export const ENGINE_TITLES: Record<EngineName, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
};

type Metric = 'perSecond' | 'cpuMicros' | 'p50' | 'p99';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** Requests per second of each style and `execute` over those of its baseline: above 1 is faster. */
export function baselineTable({ engine, samples }: Measured): string {
  const compared = VARIANTS.filter(
    ({ id, baseline }) => baseline && samples[id] && samples[baseline],
  );
  const rows = compared.map(({ title, id, baseline }) => [
    title,
    nameOf(baseline as string),
    ...ROUTES.map(({ name }) => shown(ratio(samples, id, baseline as string, name, 'perSecond'))),
  ]);
  return `**${ENGINE_TITLES[engine]}**\n\n${table(['', 'compared with', ...ROUTES.map(({ name }) => `\`${name}\``)], rows)}`;
}

/** The CPU time of the server for a request, over that of the baseline: below 1 is cheaper. */
export function cpuTable({ engine, samples }: Measured): string {
  const compared = VARIANTS.filter(
    ({ id, baseline }) => baseline && samples[id] && samples[baseline],
  );
  const rows = compared.map(({ title, id, baseline }) => [
    title,
    ...ROUTES.map(({ name }) => shown(ratio(samples, id, baseline as string, name, 'cpuMicros'))),
  ]);
  return `**${ENGINE_TITLES[engine]}**\n\n${table(['', ...ROUTES.map(({ name }) => `\`${name}\``)], rows)}`;
}

/** Each style over the library that opens a transaction for each request. */
export function transactionalTable({ engine, samples, failed }: Measured): string {
  const styles = VARIANTS.filter(({ id, kind }) => kind === 'style' && samples[id]);
  const rows = styles.flatMap(({ title, id }) => {
    const other = TRANSACTIONAL[id.replace(/-ofw$/, '') as Style];
    if (!samples[other]) return [];
    const cells = ROUTES.map(({ name }) => shown(ratio(samples, id, other, name, 'perSecond')));
    return [[title, nameOf(other), ...cells]];
  });
  const missing = Object.entries(failed).map(
    ([id, why]) => `\n\n${nameOf(id)} is left out on ${ENGINE_TITLES[engine]}: ${oneLine(why)}`,
  );
  if (rows.length === 0) return missing.join('').trim();
  return `**${ENGINE_TITLES[engine]}**\n\n${table(['', 'compared with', ...ROUTES.map(({ name }) => `\`${name}\``)], rows)}${missing.join('')}`;
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

export function shown({ median: middle, low, high }: Spread): string {
  return Number.isNaN(middle) ? '' : `${middle.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

export function median(list: readonly Sample[], metric: Metric): number {
  return spread(list.map((sample) => sample[metric])).median;
}

function nameOf(id: string): string {
  return (VARIANTS.find((variant: Variant) => variant.id === id) as Variant).title;
}

function oneLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
