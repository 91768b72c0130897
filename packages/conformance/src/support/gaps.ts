/**
 * Declared gaps: a test that a style cannot pass yet is named with its reason. It still runs, must still
 * fail (a closed gap is noticed), keeps its title, and shows up in the published table.
 */
import type { EngineName } from '@quartet/testing';
import type { SuiteName } from '../suites';

export interface Gap {
  readonly suite: SuiteName;
  /** The test's title. */
  readonly test: string;
  /** Default: all engines. */
  readonly engines?: readonly EngineName[] | undefined;
  /** Why, and what would close it. */
  readonly reason: string;
}

/** A Markdown table of the styles' gaps, for the docs; one line says so when there are none. */
export function gapTable(styles: Readonly<Record<string, readonly Gap[]>>): string {
  const rows = Object.entries(styles).flatMap(([style, gaps]) =>
    gaps.map(
      (gap) =>
        `| ${[style, gap.suite, gap.test, gap.engines?.join(', ') ?? 'all', gap.reason].join(' | ')} |`,
    ),
  );
  if (rows.length === 0) return 'No gaps: every style passes every test on every engine.\n';
  return [
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
