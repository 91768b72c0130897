/**
 * Reads what Prometheus scrapes as strictly as its format says, more strictly than Prometheus itself: whatever is doubtful throws.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */

export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ScrapedSample[];
}

interface OpenFamily extends ScrapedFamily {
  readonly name: string;
  readonly samples: ScrapedSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? (\\S+)$`);
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;
const PARTS = ['_bucket', '_sum', '_count'];

/**
 * The families by name.
 *
 * @throws Error for a line that breaks the format, a family in two places, a sample without one, the same sample twice, a negative
 *   counter, and a histogram whose buckets do not add up.
 */
export function parseExposition(text: string): Map<string, ScrapedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, OpenFamily>();
  let help: readonly [string, string] | undefined;
  let open: OpenFamily | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] =
      new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`).exec(line) ?? [];
    if (kind === 'HELP') {
      if (!/^(?:[^\\]|\\[\\n])*$/.test(rest)) throw new Error(`bad escape: ${line}`);
      help = [name, rest];
    } else if (kind === 'TYPE') {
      if (help?.[0] !== name) throw new Error(`no HELP right before: ${line}`);
      if (families.has(name)) throw new Error(`a family in two places: ${line}`);
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`bad type: ${line}`);
      open = { name, type: rest, help: help[1], samples: [] };
      families.set(name, open);
    } else if (open) open.samples.push(sampleOf(line, open));
    else throw new Error(`a sample without a family: ${line}`);
  }
  for (const family of families.values()) check(family);
  return families;
}

function sampleOf(line: string, family: OpenFamily): ScrapedSample {
  const [, name = '', labels = '', text = ''] = SAMPLE.exec(line) ?? [];
  const isOfFamily =
    family.type === 'histogram'
      ? PARTS.some((part) => name === family.name + part)
      : name === family.name;
  if (!isOfFamily) throw new Error(`not a sample of ${family.name}: ${line}`);
  if (!VALUE.test(text)) throw new Error(`bad value: ${line}`);
  const value = Number(text.replace(/inf$/i, 'Infinity'));
  return { name, labels: labelsOf(labels, line), value };
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = '', end] = LABEL.exec(text) ?? [];
    if (end === undefined || (end === ',' && LABEL.lastIndex === text.length))
      throw new Error(`bad labels: ${line}`);
    if (name in labels) throw new Error(`a label twice: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_all, letter) =>
      letter === 'n' ? '\n' : String(letter),
    );
  }
  return labels;
}

function check({ name, type, samples }: OpenFamily): void {
  if (samples.length === 0) throw new Error(`${name} has no samples`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is a counter`);
  const seen = new Set<string>();
  for (const sample of samples) {
    const key = sample.name + keyOf(sample.labels);
    if (seen.has(key)) throw new Error(`a sample twice: ${key}`);
    seen.add(key);
    if (type !== 'gauge' && !(sample.value >= 0)) throw new Error(`negative: ${key}`);
  }
  if (type === 'histogram') checkHistogram(name, samples);
}

/** The same for the same labels in any order. */
function keyOf(labels: Readonly<Record<string, string>>): string {
  const entries = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries);
}

function checkHistogram(name: string, samples: readonly ScrapedSample[]): void {
  const series = new Map<string, ScrapedSample[]>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = keyOf(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, parts] of series) {
    const of = (part: string): ScrapedSample[] => parts.filter((each) => each.name === name + part);
    const [buckets, sums, counts] = [of('_bucket'), of('_sum'), of('_count')];
    const limits = buckets.map(({ labels: { le = '' } }) => Number(le.replace('Inf', 'Infinity')));
    const values = buckets.map(({ value }) => value);
    const rises = (list: readonly number[], least: number): boolean =>
      list.every((each, i) => i === 0 || each - (list[i - 1] ?? 0) >= least);
    if (sums.length !== 1 || counts.length !== 1) throw new Error(`${name}${key}: no sum or count`);
    if (limits.at(-1) !== Infinity || !rises(limits, Number.MIN_VALUE))
      throw new Error(`${name}${key}: its limits are ${limits.join(', ')}`);
    if (!rises(values, 0) || values.at(-1) !== counts[0]?.value)
      throw new Error(`${name}${key}: its buckets are ${values.join(', ')} of ${counts[0]?.value}`);
  }
}
