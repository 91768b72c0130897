/** Medians and quartiles, since benchmarks on a busy machine have outliers on one side. */

export interface Spread {
  readonly median: number;
  /** The quartiles. */
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
  };
}

/** With linear interpolation between neighbours; NaN of an empty list. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Ratios by round: compares measurements taken one after the other, not the medians. */
export function ratios(of: readonly number[], to: readonly number[]): Spread {
  return spread(of.map((value, i) => value / (to[i] ?? NaN)).filter(Number.isFinite));
}
