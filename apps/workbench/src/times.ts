/** How long the styles take, from repeated runs: medians, their spread, and whether a style is faster. */
import type { StyleId, Times } from './protocol';

/** @param took milliseconds of each run, at least one */
export function spreadOf(took: readonly number[]): Times {
  const sorted = took.toSorted((a, b) => a - b);
  return {
    medianMs: quantile(sorted, 0.5),
    lowMs: quantile(sorted, 0.25),
    highMs: quantile(sorted, 0.75),
  };
}

/** One sentence. Styles whose middle halves overlap with the fastest's cannot be told from it. */
export function speak(styles: Readonly<Record<StyleId, Times>>): string {
  const all = (Object.entries(styles) as [StyleId, Times][]).toSorted(
    ([, a], [, b]) => a.medianMs - b.medianMs,
  );
  const [, fastest] = all[0] as [StyleId, Times];
  const level = all.filter(([, { lowMs }]) => lowMs <= fastest.highMs);
  if (level.length === all.length) return 'No style is faster here: their spreads overlap.';
  const slower = all
    .filter((each) => !level.includes(each))
    .map(([style, { medianMs }]) => `${style} takes ${(medianMs / fastest.medianMs).toFixed(1)}×`);
  const first = level.map(([style]) => style).join(' and ');
  const why = level.length > 1 ? ' (their spreads overlap)' : '';
  return `Fastest here: ${first}${why}; ${slower.join(', ')} as long.`;
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}
