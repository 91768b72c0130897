/**
 * The page's state in its address: `/s/create?name=ana&engine=sqlite&run=…` holds the scenario, its inputs, the
 * engine, the run (while the server keeps it), and the styles that are compared.
 */
import type { EngineChoice, Inputs, ScenarioInfo } from '../src/protocol';

export interface Address {
  /** Undefined on the first page. */
  readonly scenario?: string;
  /** The inputs that were given; the others have the scenario's defaults. */
  readonly given: Readonly<Record<string, string>>;
  readonly engine?: string;
  readonly run?: string;
  /** Two styles, as in `declarative,classical`. */
  readonly diff?: string;
  /** A file of the repository, as in `apps/classical/src/models.ts`. */
  readonly file?: string;
  /** An exercise of the workshop, as in `03`; empty for the list of them. */
  readonly workshop?: string;
}

const RESERVED = ['engine', 'run', 'diff'];

export function readAddress({ pathname, search }: Location): Address {
  const [, kind, ...rest] = pathname.split('/').map(decodeURIComponent);
  if (kind === 'f') return { given: {}, file: rest.join('/') };
  if (kind === 'workshop') return { given: {}, workshop: rest.join('/') };
  const query = Object.fromEntries(new URLSearchParams(search));
  const given = Object.fromEntries(
    Object.entries(query).filter(([name]) => !RESERVED.includes(name)),
  );
  return {
    given,
    ...(kind === 's' && rest[0] && { scenario: rest[0] }),
    ...(query['engine'] && { engine: query['engine'] }),
    ...(query['run'] && { run: query['run'] }),
    ...(query['diff'] && { diff: query['diff'] }),
  };
}

export function writeAddress({
  scenario,
  given,
  engine,
  run,
  diff,
  file,
  workshop,
}: Address): string {
  if (file) return `/f/${file}`;
  if (workshop !== undefined) return workshop === '' ? '/workshop' : `/workshop/${workshop}`;
  const query = new URLSearchParams(given);
  for (const [name, value] of Object.entries({ engine, run, diff }))
    if (value) query.set(name, value);
  const path = scenario ? `/s/${encodeURIComponent(scenario)}` : '/';
  return `${path}${query.size > 0 ? `?${query}` : ''}`;
}

/** The engine that the address names; undefined where this workbench has no such engine. */
export function engineOf(
  { engine }: Address,
  engines: readonly EngineChoice[],
): EngineChoice | undefined {
  return engine === undefined ? engines[0] : engines.find(({ id }) => id === engine);
}

/** The values of the form: the address's, or else the scenario's defaults. */
export function inputsOf({ inputs }: ScenarioInfo, given: Address['given']): Inputs {
  return Object.fromEntries(inputs.map(({ name, value }) => [name, given[name] ?? value]));
}
