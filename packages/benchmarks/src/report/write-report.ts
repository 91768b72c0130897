/** Writes the results of a run: JSON, tables on the terminal, and the tables of the docs with `--docs`. */
import type { Measured } from '../harness/measure';
import type { Route } from '../harness/routes';
import { ROUTES } from '../harness/routes';
import { spread } from '../harness/statistics';
import { VARIANTS } from '../variants';
import type { Variant } from '../variants/variant';
import type { Bar, Group } from './bar-chart';
import { barChart } from './bar-chart';
import { writeData, writeImage, writeResults, writeSection } from './docs';
import { goalsTable } from './goals';
import { openData } from './open-data';
import type { Run } from './run';
import {
  absoluteTable,
  baselineTable,
  cpuTable,
  httpTable,
  routerTable,
  statementsTable,
  ENGINE_TITLES,
  median,
  noiseOf,
  plainRatio,
  ratio,
  shown,
  TOLERABLE_NOISE,
  transactionalTable,
} from './tables';

const COLORS = {
  limit: '#999999',
  control: '#bbbbbb',
  execute: '#2ca02c',
  style: '#1f77b4',
  thin: '#ff9f4a',
  router: '#ffd0a0',
  transactional: '#d62728',
};

export function writeReport(run: Run, { docs }: { readonly docs: boolean }): void {
  const { measured } = run;
  const file = writeResults(run.full ? 'full.json' : 'short.json', run);
  for (const each of measured) console.log(`\n${baselineTable(each)}\n\n${absoluteTable(each)}`);
  console.log(`\n${goalsTable(measured)}\n\n${conditions(run)}\n\nEverything: ${file}`);
  if (!docs) return;
  const sections = (make: (each: Measured) => string): string =>
    measured.map(make).filter(Boolean).join('\n\n');
  if (hooksPromises(run)) {
    writeSection('conditions-20', conditions(run));
    writeSection('goals-20', goalsTable(measured));
    writeSection('baseline-20', sections(baselineTable));
    writeSection('transactional-20', sections(transactionalTable));
    writeData('benchmarks-node-20.json', openData(run));
    return;
  }
  writeImage('bench-plain.svg', overview(run));
  writeData('benchmarks.json', openData(run));
  writeImage('bench-reads.svg', chart(run, ROUTES[0]?.name as string));
  writeImage('bench-writes.svg', chart(run, ROUTES[4]?.name as string));
  writeSection('conditions', conditions(run));
  writeSection('goals', goalsTable(measured));
  writeSection('baseline', sections(baselineTable));
  writeSection('router', sections(routerTable));
  writeSection('http', sections(httpTable));
  writeSection('cpu', sections(cpuTable));
  writeSection('transactional', sections(transactionalTable));
  writeSection('statements', sections(statementsTable));
  writeSection('absolute', sections(absoluteTable));
}

/** Before Node 24 AsyncLocalStorage costs time at every promise, so figures of both are shown. */
function hooksPromises({ machine }: Run): boolean {
  return Number(machine.node.slice(1).split('.')[0]) < 24;
}

/** One bar for what each style reads and one for what it writes, over its library alone: the median of the routes. */
function overview({ measured }: Run): string {
  const [reads, writes] = [
    ROUTES.filter(({ writes }) => !writes),
    ROUTES.filter(({ writes }) => writes),
  ];
  const groups = measured.map(({ engine, samples }): Group => {
    const styles = VARIANTS.filter(
      ({ id, kind }) => kind === 'style' && !id.endsWith('-ofw') && samples[id],
    );
    const bar = (variant: Variant, what: string, routes: readonly Route[]): Bar => {
      const over = routes.map(({ name }) => plainRatio(samples, variant, name).median);
      return {
        label: `${variant.title}, ${what}`,
        value: spread(over.filter(Number.isFinite)).median,
        color: what === 'reads' ? COLORS.style : COLORS.thin,
      };
    };
    return {
      title: ENGINE_TITLES[engine],
      bars: styles.flatMap((style) => [bar(style, 'reads', reads), bar(style, 'writes', writes)]),
    };
  });
  return barChart(
    'Requests per second over the library alone',
    '1 is the library alone',
    groups,
    1,
  );
}

function chart({ measured }: Run, route: string): string {
  const groups = measured.map(({ engine, samples }): Group => {
    const present = VARIANTS.filter(
      ({ id, kind, routes }) =>
        !['control', 'router'].includes(kind) && !routes && samples[id]?.[route],
    );
    return {
      title: ENGINE_TITLES[engine],
      bars: present.map(({ id, title, kind }) => ({
        label: title,
        value: median(samples[id]?.[route] ?? [], 'perSecond'),
        color: COLORS[kind],
      })),
    };
  });
  return barChart(route, 'requests per second', groups);
}

/** Machine, versions, settings, and the difference between two measurements of the same server. */
function conditions({ startedAt, full, plan, machine, databases, measured }: Run): string {
  const { cpu, cores, memoryGb, system, node, loadPerCore, versions } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const control = measured.map(({ engine, samples }) => {
    const found = ROUTES.map(({ name }) =>
      shown(ratio(samples, 'bare-again', 'bare', name, 'perSecond')),
    );
    return `${ENGINE_TITLES[engine]} ${found.join(', ')}`;
  });
  return [
    `- ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${full ? 'full' : 'short'} mode: ${plan.rounds} rounds of ${plan.sliceMs} ms for each route and variant, each after ${plan.leadInMs} ms that do not count; ${plan.warmUpMs} ms of warm-up before the first; ${plan.connections} connections`,
    `- ${cores} × ${cpu}, ${memoryGb} GB, ${system}; the load, the server and the database share these cores`,
    `- load before the run: ${loadPerCore.toFixed(1)} runnable processes a core${loadPerCore > 0.5 ? ': **others were at work on this machine, so trust ratios, not absolute figures**' : ''}`,
    `- Node ${node}; ${databases.join('; ')}; ${packages.join(', ')}`,
    `- A/A, the same server measured twice: ${control.join('; ')}`,
    ...measured
      .filter((each) => noiseOf(each) > TOLERABLE_NOISE)
      .map(
        (each) =>
          `- **${ENGINE_TITLES[each.engine]}: the same server differed from itself by a factor of up to ${noiseOf(each).toFixed(2)}; smaller differences tell nothing.**`,
      ),
  ].join('\n');
}
