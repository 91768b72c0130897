import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Bench as BenchInfo, ScenarioInfo, Sources, StyleId } from '../src/protocol';
import type { Address } from './address';
import { inputsOf, writeAddress } from './address';
import { cancelRun, getSources, startRun } from './api';
import { ENGINE_NAMES } from './format';
import { remember } from './history';
import { Diff } from './parts/diff';
import { Form } from './parts/form';
import { go, Link } from './parts/link';
import type { Facet } from './parts/pane';
import { FACETS, Pane } from './parts/pane';
import { Strip } from './parts/strip';
import { endOf, startOf } from './run-state';
import { useRun } from './use-run';

interface BenchProps {
  readonly bench: BenchInfo;
  readonly scenario: ScenarioInfo;
  readonly address: Address;
}

/** One scenario: its form, the comparison, the four panes. The address holds all that is chosen. */
export function Bench({ bench, scenario, address }: BenchProps): JSX.Element {
  const [sources, setSources] = useState<Sources>();
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  const [shown, setShown] = useState<ReadonlySet<Facet>>(new Set(FACETS));
  const [narrow, setNarrow] = useState<StyleId>('extension');
  const { run, lost } = useRun(address.run);
  const inputs = inputsOf(scenario, address.given);
  const running = starting || (address.run !== undefined && !lost && !run?.end);

  useEffect(() => {
    setSources(undefined);
    getSources(scenario.id).then(setSources, (reason: Error) => setProblem(reason.message));
  }, [scenario.id]);
  useEffect(() => {
    document.title = `${scenario.title} · Quartet workbench`;
  }, [scenario.title]);

  const change = (changes: Partial<Address>, replace = true): void =>
    go(writeAddress({ ...address, ...changes }), { replace });
  const start = async (): Promise<void> => {
    setProblem('');
    setStarting(true);
    try {
      const { id } = await startRun(scenario.id, inputs);
      const given = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, String(value)]),
      );
      const to = writeAddress({ ...address, given, engine: bench.engine.name, run: id });
      remember({
        address: to,
        title: scenario.title,
        inputs: Object.values(given).join(', '),
        engine: bench.engine.name,
        startedAt: new Date().toISOString(),
      });
      go(to);
    } catch (reason) {
      setProblem((reason as Error).message);
    } finally {
      setStarting(false);
    }
  };
  const cancel = (): void => {
    if (address.run) cancelRun(address.run).catch((reason: Error) => setProblem(reason.message));
  };

  const states = Object.values(run?.styles ?? {});
  const spanMs = Math.max(1, ...states.map((state) => endOf(state) - startOf(state)));

  return (
    <main class="bench">
      <div class="head">
        <h1>{scenario.title}</h1>
        <p class="look">
          {scenario.look}
          {scenario.concept && (
            <>
              {' '}
              <Link to={`/f/${scenario.concept}`}>The idea</Link>
            </>
          )}
          {scenario.workshop && (
            <>
              {' · '}
              <Link to={`/f/${scenario.workshop}`}>Practise it</Link>
            </>
          )}
        </p>
        <Form
          scenario={scenario}
          inputs={inputs}
          running={running}
          onChange={(name, value) => change({ given: { ...address.given, [name]: value } })}
          onRun={() => void start()}
          onCancel={cancel}
        />
        <Progress
          running={running}
          fraction={run?.progress?.fraction ?? 0}
          text={run?.progress?.text ?? ''}
        />
      </div>
      <Notices
        address={address}
        bench={bench}
        problem={problem || (run?.end?.error ?? '')}
        lost={lost}
        cancelled={run?.end?.state === 'cancelled'}
      />
      <Strip styles={bench.styles} run={run} />
      <div class="tools">
        <div class="facets" role="group" aria-label="Show">
          {FACETS.map((facet) => (
            <button
              key={facet}
              type="button"
              aria-pressed={shown.has(facet)}
              onClick={() => setShown(toggled(shown, facet))}
            >
              {facet}
            </button>
          ))}
        </div>
        <button
          type="button"
          aria-pressed={address.diff !== undefined}
          onClick={() =>
            change({ diff: address.diff ? undefined : 'declarative,classical' } as Partial<Address>)
          }
        >
          Compare two
        </button>
      </div>
      {address.diff && (
        <Diff
          scenario={scenario.id}
          styles={bench.styles}
          pair={address.diff}
          onPair={(diff) => change({ diff } as Partial<Address>)}
        />
      )}
      <div class="tabs" role="group" aria-label="Style">
        {bench.styles.map(({ id }) => (
          <button key={id} type="button" aria-pressed={narrow === id} onClick={() => setNarrow(id)}>
            {id}
          </button>
        ))}
      </div>
      <div class="panes" data-narrow={narrow}>
        {bench.styles.map((style) => (
          <Pane
            key={style.id}
            style={style}
            source={sources?.[style.id]}
            run={run}
            shown={shown}
            spanMs={spanMs}
          />
        ))}
      </div>
    </main>
  );
}

function Progress({
  running,
  fraction,
  text,
}: {
  readonly running: boolean;
  readonly fraction: number;
  readonly text: string;
}): JSX.Element {
  return (
    <div class="progress" role="status">
      {running && (
        <>
          <progress value={fraction} max={1} aria-label="Progress" />
          <span>{text}</span>
        </>
      )}
    </div>
  );
}

function Notices({
  address,
  bench,
  problem,
  lost,
  cancelled,
}: {
  readonly address: Address;
  readonly bench: BenchInfo;
  readonly problem: string;
  readonly lost: boolean;
  readonly cancelled: boolean;
}): JSX.Element {
  const { engine } = address;
  const other = engine !== undefined && engine !== bench.engine.name && !address.run;
  return (
    <div class="notices" role="alert">
      {problem && <p class="error">{problem}</p>}
      {lost && <p>The server does not keep that run any more. Press Run to see it again.</p>}
      {cancelled && <p>Cancelled: what it had written is undone.</p>}
      {other && (
        <p>
          This address was made on {ENGINE_NAMES[engine] ?? engine}; this workbench runs on{' '}
          {ENGINE_NAMES[bench.engine.name]}. Set <code>DATABASE_URL</code> to see it there.
        </p>
      )}
    </div>
  );
}

function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  return set.has(value)
    ? new Set([...set].filter((each) => each !== value))
    : new Set([...set, value]);
}
