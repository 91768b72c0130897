/** The goals of the issue, judged by the medians of a run. */
import type { Measured } from '../harness/measure';
import { ROUTES } from '../harness/routes';
import { spread } from '../harness/statistics';
import { TRANSACTIONAL, VARIANTS } from '../variants';
import { STYLES } from '../variants/styles';
import { ENGINE_TITLES, noiseOf, nothingRatio, ratio, table } from './tables';

interface Verdict {
  readonly goal: string;
  readonly wanted: number;
  readonly values: readonly number[];
}

/** One line for each goal and engine: the median over styles and routes, the worst, how many reach the goal, and the noise. */
export function goalsTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((run) => {
    const server = run.engine !== 'sqlite';
    const noise = noiseOf(run);
    return verdicts(run, server)
      .filter(({ values }) => values.some(Number.isFinite))
      .map(({ goal, wanted, values }) => {
        const known = values.filter(Number.isFinite);
        const { median } = spread(known);
        const reached = known.filter((value) => value >= wanted).length;
        return [
          goal,
          ENGINE_TITLES[run.engine],
          `≥ ${wanted}`,
          median.toFixed(2),
          Math.min(...known).toFixed(2),
          `${reached} of ${known.length}`,
          `×${noise.toFixed(2)}`,
        ];
      });
  });
  return table(
    ['goal', 'engine', 'wanted', 'median', 'worst', 'routes that reach it', 'noise'],
    rows,
  );
}

function verdicts(run: Measured, server: boolean): Verdict[] {
  const { samples } = run;
  const over = (of: string, to: string, routes = ROUTES): number[] =>
    routes.map(({ name }) => ratio(samples, of, to, name, 'perSecond').median);
  const settings = server ? ['', '-ofw'] : [''];
  return settings.flatMap((setting) => {
    const how = setting && ", begin: 'on-first-write'";
    const baseline = (id: string): string =>
      VARIANTS.find((variant) => variant.id === id)?.baseline as string;
    const orms = STYLES.filter((style) => style !== 'sql-builder');
    const reads = ROUTES.filter((route) => !route.writes);
    return [
      {
        goal: `ORM styles to the same ORM, plain${how}`,
        wanted: server ? 0.97 : 1,
        values: orms.flatMap((style) => over(style + setting, baseline(style))),
      },
      {
        goal: `sql-builder's reads to Knex, plain${how}`,
        wanted: 1.5,
        values: over(`sql-builder${setting}`, 'plain-knex', reads),
      },
      {
        goal: `\`Session.execute\` to hand-written driver code${how}`,
        wanted: 0.7,
        values: over(`execute${setting}`, 'bare'),
      },
      {
        goal: `styles to a library with a transaction per request${how}`,
        wanted: 1.3,
        values: STYLES.flatMap((style) => over(style + setting, TRANSACTIONAL[style])),
      },
      ...(setting
        ? []
        : [
            {
              goal: 'a request that touches no data, to Express alone',
              wanted: 0.98,
              values: [nothingRatio(run)?.median ?? NaN],
            },
          ]),
    ];
  });
}
