/**
 * The text that Prometheus scrapes, version 0.0.4.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */

export type Labels = Readonly<Record<string, string>>;

/** One metric with all its samples. A histogram's samples are of its parts: `_bucket`, `_sum`, `_count`. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly part?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Families without samples are left out. */
export function expose(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({ part = '', labels, value }) => `${name}${part}${shown(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function shown(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\\n"]/g, escaped)}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(letter: string): string {
  return letter === '\n' ? '\\n' : `\\${letter}`;
}

/** Counts values by how large they are, in a series for each set of labels. */
export class Histogram {
  readonly #boundaries: readonly number[];
  readonly #series: Series[] = [];

  constructor(boundaries: readonly number[]) {
    this.#boundaries = boundaries;
  }

  /** How many series it has. */
  get size(): number {
    return this.#series.length;
  }

  /** Begins a series, at 0. @param labels other ones than those of every series before */
  series(labels: Labels): Series {
    const series = new Series(labels, this.#boundaries);
    this.#series.push(series);
    return series;
  }

  samples(): Sample[] {
    return this.#series.flatMap((series) => series.samples());
  }
}

/** What was counted with one set of labels. */
export class Series {
  readonly #labels: Labels;
  readonly #boundaries: readonly number[];
  /** For each boundary what is not above it and above the one before; then the rest. */
  readonly #counts: number[];
  #sum = 0;

  constructor(labels: Labels, boundaries: readonly number[]) {
    this.#labels = labels;
    this.#boundaries = boundaries;
    this.#counts = Array.from({ length: boundaries.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.#boundaries[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  samples(): Sample[] {
    let total = 0;
    const buckets = this.#counts.map((count, i) => {
      total += count;
      const le = String(this.#boundaries[i] ?? '+Inf');
      return { part: '_bucket', labels: { ...this.#labels, le }, value: total };
    });
    return [
      ...buckets,
      { part: '_sum', labels: this.#labels, value: this.#sum },
      { part: '_count', labels: this.#labels, value: total },
    ];
  }
}
