/** The tables of a run. */
import { ratios, spread } from '../harness/statistics';
import type { Machine } from '../report/machine';
import { ENGINE_TITLES, table } from '../report/tables';
import type { Way } from './contestant';
import { CHUNK, WAYS } from './contestant';
import { CONTESTANTS } from './contestants';
import type { Measured, Pass, Plan } from './measure';
import { PLACES } from './measure';

interface Run {
  readonly at: string;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly measured: readonly Measured[];
}

const WAY_TITLES: Record<Way, string> = {
  count: 'with a count',
  'no count': 'without a count',
  key: 'by key',
};

export function summary({ at, plan, machine, measured }: Run): string {
  const conditions = [
    `${at.slice(0, 16).replace('T', ' ')} UTC: ${plan.rounds} rounds, ${plan.rows} rows`,
    `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; load before the run ${machine.loadPerCore.toFixed(1)} runnable processes a core`,
  ];
  return [
    conditions.map((line) => `- ${line}`).join('\n'),
    ...measured.map((each) => `**${ENGINE_TITLES[each.engine]}**\n\n${passes(each)}`),
    ...measured
      .filter(({ pages }) => Object.keys(pages).length > 0)
      .map((each) => `**Pages on ${ENGINE_TITLES[each.engine]}**\n\n${pages(each)}`),
  ].join('\n\n');
}

function passes({ imports, exports }: Measured): string {
  const head = [
    '',
    `import in chunks of ${CHUNK}, s`,
    'over the library alone',
    'MB at most',
    'event loop p99, ms',
    'export, s',
    'over the library alone',
    'MB at most',
    'event loop p99, ms',
  ];
  const cells = (of: Record<string, Pass[]>, id: string, rival: string | undefined): string[] => {
    const own = of[id];
    if (!own) return ['', '', '', ''];
    const to = rival === undefined ? undefined : of[rival];
    const all = (key: keyof Pass, from = own): number[] => from.map((pass) => pass[key]);
    return [
      shown(all('seconds')),
      to ? spreadText(ratios(all('seconds'), all('seconds', to))) : '',
      spread(all('peakMb')).median.toFixed(0),
      spread(all('loopP99')).median.toFixed(0),
    ];
  };
  const rows = CONTESTANTS.filter(({ id }) => imports[id] ?? exports[id]).map(
    ({ id, title, rival }) => [title, ...cells(imports, id, rival), ...cells(exports, id, rival)],
  );
  return table(head, rows);
}

function pages({ pages: measured }: Measured): string {
  const head = ['p50 in ms: first · middle · last page', ...WAYS.map((way) => WAY_TITLES[way])];
  const rows = CONTESTANTS.flatMap(({ id, title }) => {
    const of = measured[id];
    if (!of) return [];
    const cell = (way: Way): string =>
      PLACES.map((place) => figure(spread(of[way][place]).median)).join(' · ');
    return [[title, ...WAYS.map(cell)]];
  });
  return table(head, rows);
}

function shown(values: readonly number[]): string {
  return spreadText(spread(values));
}

function spreadText({ median, low, high }: ReturnType<typeof spread>): string {
  return `${figure(median)} (${figure(low)}–${figure(high)})`;
}

function figure(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}
