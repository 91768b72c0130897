import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  Bench as BenchInfo,
  EngineChoice,
  ScenarioInfo,
  Sources,
  StyleId,
} from '../src/protocol';
import type { Address } from './address';
import { engineOf, inputsOf, writeAddress } from './address';
import { cancelRun, getSources, startRun } from './api';
import { remember } from './history';
import { Diff } from './parts/diff';
import { Form } from './parts/form';
import { Head } from './parts/head';
import { go } from './parts/link';
import { Notices } from './parts/notices';
import type { Facet } from './parts/pane';
import { FACETS, Pane } from './parts/pane';
import { Comparison, TIMED_RUNS } from './parts/comparison';
import { Content } from './parts/content';
import { Tabs } from './parts/tabs';
import { Tools } from './parts/tools';
import { useRun } from './use-run';

interface BenchProps {
  readonly bench: BenchInfo;
  readonly scenario: ScenarioInfo;
  /** At least one. */
  readonly engines: readonly EngineChoice[];
  readonly address: Address;
  /** Called when the state of an engine may have changed. */
  readonly onEngineChange: () => void;
}

/** One scenario: its form, the comparison, the four panes. Every choice is stored in the address. */
export function Bench({
  bench,
  scenario,
  engines,
  address,
  onEngineChange,
}: BenchProps): JSX.Element {
  const [sources, setSources] = useState<Sources>();
  const [problem, setProblem] = useState('');
  const [starting, setStarting] = useState(false);
  /** Cancelled before the server had answered with the run's id. */
  const cancelled = useRef(false);
  const [chosen, setShown] = useState<ReadonlySet<Facet>>();
  const [whole, setWhole] = useState<ReadonlySet<Facet>>(new Set());
  const [narrow, setNarrow] = useState<StyleId>('extension');
  const named = engineOf(address, engines);
  const engine = named ?? (engines[0] as EngineChoice);
  const { run, lost } = useRun(named, address.run, onEngineChange);
  const inputs = inputsOf(scenario, address.given);
  const following = named !== undefined && address.run !== undefined && !lost && !run?.end;
  const running = starting || following;

  useEffect(() => {
    setSources(undefined);
    getSources(scenario.id).then(setSources, (reason: Error) => setProblem(reason.message));
  }, [scenario.id]);
  useEffect(() => setProblem(''), [address.engine]);

  const change = (changes: { [name in keyof Address]?: Address[name] | undefined }): void =>
    go(writeAddress({ ...address, ...changes } as Address), { replace: true });
  const start = async (times = 0): Promise<void> => {
    setProblem('');
    setStarting(true);
    cancelled.current = false;
    try {
      const { id } = await startRun(engine, scenario.id, inputs, times);
      if (cancelled.current) await cancelRun(engine, id);
      const given = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [name, String(value)]),
      );
      const to = writeAddress({ ...address, given, engine: engine.id, run: id });
      remember({
        address: to,
        title: scenario.title,
        inputs: Object.values(given).join(', '),
        engine: engine.id,
        startedAt: new Date().toISOString(),
      });
      go(to);
    } catch (reason) {
      setProblem((reason as Error).message);
    } finally {
      setStarting(false);
      if (engine.version === undefined || engine.trouble !== undefined) onEngineChange(); // it answers now
    }
  };
  const cancel = (): void => {
    if (starting) cancelled.current = true;
    else if (address.run)
      cancelRun(engine, address.run).catch((reason: Error) => setProblem(reason.message));
  };

  const shown = chosen ?? facetsFor(sources);

  return (
    <Content class="bench" title={scenario.title}>
      <Head scenario={scenario} running={running} progress={run?.progress}>
        <Form
          scenario={scenario}
          inputs={inputs}
          running={running}
          onChange={(name, value) => change({ given: { ...address.given, [name]: value } })}
          onRun={() => void start()}
          onCancel={cancel}
        />
      </Head>
      <Notices
        engine={engine}
        foreign={named ? undefined : address.engine}
        problem={problem || (run?.end?.error ?? '')}
        lost={lost}
        cancelled={run?.end?.state === 'cancelled'}
      />
      <Comparison
        styles={bench.styles}
        run={run}
        idle={!running}
        onTime={scenario.paced || scenario.together ? undefined : () => void start(TIMED_RUNS)}
      />
      <Tools
        shown={shown}
        onShow={setShown}
        comparing={address.diff !== undefined}
        onCompare={(on) => change({ diff: on ? 'declarative,classical' : undefined })}
      />
      {address.diff && (
        <Diff
          styles={bench.styles}
          sources={sources}
          run={run}
          pair={address.diff}
          onPair={(diff) => change({ diff })}
        />
      )}
      <Tabs styles={bench.styles} chosen={narrow} onChoose={setNarrow} />
      <div class="panes" data-narrow={narrow}>
        {bench.styles.map((style) => (
          <Pane
            key={style.id}
            style={style}
            source={sources?.[style.id]}
            engine={engine}
            run={run}
            shown={shown}
            whole={whole}
            onWhole={(facet, all) =>
              setWhole(
                new Set(all ? [...whole, facet] : [...whole].filter((each) => each !== facet)),
              )
            }
          />
        ))}
      </div>
    </Content>
  );
}

/** Everything; models only where the styles differ in them. */
function facetsFor(sources: Sources | undefined): ReadonlySet<Facet> {
  const models = Object.values(sources ?? {}).map(({ models: own }) =>
    JSON.stringify(own.map(({ lines }) => lines)),
  );
  const differ = models.length === 0 || new Set(models).size > 1;
  return new Set(FACETS.filter((facet) => facet !== 'Models' || differ));
}
