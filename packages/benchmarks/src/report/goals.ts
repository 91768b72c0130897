/** The goals of the issue, judged by the medians of a run. */
import type { Measured } from '../harness/measure';
import type { Route } from '../harness/routes';
import { ROUTES } from '../harness/routes';
import { spread } from '../harness/statistics';
import { VARIANTS } from '../variants';
import type { Rivals, Variant } from '../variants/variant';
import { ENGINE_TITLES, noiseOf, nothingRatio, plainRatio, ratio, table } from './tables';

interface Verdict {
  readonly goal: string;
  readonly wanted: number;
  readonly values: readonly number[];
}

/** One line for each goal and engine: the median over styles and routes, the worst, how many reach the goal, and the noise. */
export function goalsTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((run) => {
    const noise = noiseOf(run);
    return verdicts(run)
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

/** The value that a style has to reach on SQLite and on servers. */
interface Wanted {
  readonly sqlite: number;
  readonly server: number;
}

const READS = ROUTES.filter((route) => !route.writes);
const WRITES = ROUTES.filter((route) => route.writes);

function verdicts({ engine, samples, ...rest }: Measured): Verdict[] {
  const over = ({ id, rivals }: Variant, rival: keyof Rivals, routes: readonly Route[]): number[] =>
    routes.map(({ name }) => ratio(samples, id, rivals?.[rival] ?? '', name, 'perSecond').median);
  const plain = (variant: Variant, routes: readonly Route[]): number[] =>
    routes.map(({ name }) => plainRatio(samples, variant, name).median);
  /** Behind our router no library writes one row in a transaction. */
  const against = {
    'in a thin server': plain,
    'on our router': (variant: Variant, routes: readonly Route[]) =>
      over(
        variant,
        'router',
        routes.filter(({ name }) => name !== 'POST /users'),
      ),
  };
  const wanted = ({ sqlite, server }: Wanted): number => (engine === 'sqlite' ? sqlite : server);
  const judge = (how: string, styles: readonly Variant[], execute: Variant): Verdict[] => {
    const orms = styles.filter(({ rivals }) => rivals?.plain !== 'knex');
    const builders = styles.filter((each) => !orms.includes(each));
    return [
      ...Object.entries(against).flatMap(([where, ratios]) => {
        return [
          {
            goal: `reads of the ORM styles to the same ORM, plain, ${where}${how}`,
            wanted: wanted({ sqlite: 1, server: 0.97 }),
            values: orms.flatMap((style) => ratios(style, READS)),
          },
          {
            goal: `writes of the ORM styles to the same ORM, plain, in a transaction, ${where}${how}`,
            wanted: 1,
            values: orms.flatMap((style) => ratios(style, WRITES)),
          },
          {
            goal: `sql-builder's reads to Knex, plain, ${where}${how}`,
            wanted: wanted({ sqlite: 1.5, server: 1.1 }),
            values: builders.flatMap((style) => ratios(style, READS)),
          },
        ];
      }),
      {
        goal: `\`Session.execute\` to hand-written driver code, reads, and writes in a transaction${how}`,
        wanted: 0.9,
        values: plain(execute, ROUTES),
      },
      {
        goal: `styles to a library with a transaction for each request, in a thin server${how}`,
        wanted: 1.3,
        values: styles.flatMap((style) => over(style, 'transactional', ROUTES)),
      },
    ];
  };
  const ofKind = (kind: Variant['kind'], suffix: string): Variant[] =>
    VARIANTS.filter((each) => each.kind === kind && each.id.endsWith('-ofw') === (suffix !== ''));
  const [execute, executeOfw] = [ofKind('execute', '')[0], ofKind('execute', '-ofw')[0]];
  return [
    ...judge('', ofKind('style', ''), execute as Variant),
    ...judge(", begin: 'on-first-write'", ofKind('style', '-ofw'), executeOfw as Variant),
    {
      goal: 'a request that touches no data, to Express alone',
      wanted: 0.98,
      values: [nothingRatio({ engine, samples, ...rest })?.median ?? NaN],
    },
  ];
}
