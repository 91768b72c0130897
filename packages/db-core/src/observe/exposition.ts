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

/** Counts values by how large they are, for each set of labels. */
export class Histogram {
  readonly #boundaries: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(boundaries: readonly number[]) {
    this.#boundaries = boundaries;
  }

  /** How many sets of labels it has. */
  get size(): number {
    return this.#series.size;
  }

  has(labels: Labels): boolean {
    return this.#series.has(keyOf(labels));
  }

  /** Begins a series at 0, so that it is there before its first value. */
  begin(labels: Labels): void {
    this.#of(labels);
  }

  observe(value: number, labels: Labels): void {
    const series = this.#of(labels);
    const at = this.#boundaries.findIndex((boundary) => value <= boundary);
    const bucket = at < 0 ? this.#boundaries.length : at;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
  }

  samples(): Sample[] {
    return [...this.#series.values()].flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = counts.map((count, i) => {
        total += count;
        const le = i < this.#boundaries.length ? String(this.#boundaries[i]) : '+Inf';
        return { part: '_bucket', labels: { ...labels, le }, value: total };
      });
      return [
        ...buckets,
        { part: '_sum', labels, value: sum },
        { part: '_count', labels, value: total },
      ];
    });
  }

  #of(labels: Labels): Series {
    const key = keyOf(labels);
    let series = this.#series.get(key);
    if (!series) {
      const counts = Array.from({ length: this.#boundaries.length + 1 }, () => 0);
      this.#series.set(key, (series = { labels, counts, sum: 0 }));
    }
    return series;
  }
}

interface Series {
  readonly labels: Labels;
  /** For each boundary what is not above it and above the one before; then the rest. */
  readonly counts: number[];
  sum: number;
}

function keyOf(labels: Labels): string {
  return JSON.stringify(labels);
}
