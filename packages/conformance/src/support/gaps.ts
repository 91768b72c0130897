/**
 * Declared gaps: a test that a style cannot pass yet is named with its reason. It still runs, must still
 * fail (a closed gap is noticed), keeps its title, and shows up in the published table.
 */
import type { EngineName } from '@quartet/testing';
import type { Gap } from './subject';
import type { Suite } from './suite';

/**
 * A Markdown table of the styles' gaps, for the docs; one line says so when there are none. With `suites`, what
 * they leave out on an engine where it makes no sense stands there as well.
 */
export function gapTable(
  styles: Readonly<Record<string, readonly Gap[]>>,
  suites: readonly Suite[] = [],
): string {
  const leftOut = suites.flatMap(({ name, tests }) =>
    tests.flatMap(({ title, only }) =>
      only
        ? [`| all | ${name} | ${title} | all but ${only.engines.join(', ')} | ${only.reason} |`]
        : [],
    ),
  );
  const gaps = Object.entries(styles).flatMap(([style, gaps]) =>
    gaps.map(
      (gap) =>
        `| ${[style, gap.suite, gap.test, gap.engines?.join(', ') ?? 'all', gap.reason].join(' | ')} |`,
    ),
  );
  const none = 'No gaps: every style passes every test on every engine.\n';
  const rows = [...gaps, ...leftOut];
  if (rows.length === 0) return none;
  return [
    ...(gaps.length === 0
      ? ['No gaps: every style passes every test that makes sense on an engine.', '']
      : []),
    '| style | suite | behaviour | engines | reason |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function isGap(
  gaps: readonly Gap[],
  suite: string,
  test: string,
  engine: EngineName,
): boolean {
  return gaps.some(
    (gap) => gap.suite === suite && gap.test === test && (gap.engines?.includes(engine) ?? true),
  );
}
