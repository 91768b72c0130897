import type { ComponentChildren, JSX } from 'preact';
import type { EngineChoice, StyleInfo, StyleSource } from '../../src/protocol';
import type { RunState } from '../run-state';
import { Answers } from './answer';
import { Session } from './session';
import { Source } from './source';
import { Sql } from './sql';

export const FACETS = ['Source', 'SQL', 'Session', 'Answer'] as const;
export type Facet = (typeof FACETS)[number];

interface PaneProps {
  readonly style: StyleInfo;
  readonly source: StyleSource | undefined;
  readonly engine: EngineChoice;
  readonly run: RunState | undefined;
  readonly shown: ReadonlySet<Facet>;
  readonly spanMs: number;
}

/** One style: its source, its SQL, its session and the answer. */
export function Pane({ style, source, engine, run, shown, spanMs }: PaneProps): JSX.Element {
  const state = run?.styles[style.id];
  const nothing = <p class="quiet">{run ? 'Its turn comes.' : 'Press Run.'}</p>;
  return (
    <article class="pane" id={`pane-${style.id}`} data-style={style.id} aria-label={style.id}>
      <header>
        <span class={`dot ${style.id}`} aria-hidden="true" />
        <h2>{style.id}</h2>
        <span class="library">{style.library}</span>
      </header>
      <Part facet="Source" shown={shown}>
        <Source style={style.id} source={source} />
      </Part>
      <Part facet="SQL" shown={shown}>
        {run && state ? (
          <Sql engine={engine} run={run.id} style={style.id} state={state} />
        ) : (
          nothing
        )}
      </Part>
      <Part facet="Session" shown={shown}>
        {state ? (
          <Session
            state={state}
            view={{ style: style.id, singleWriter: run?.engine?.name === 'sqlite' }}
            spanMs={spanMs}
            ended={Boolean(state.outcome)}
          />
        ) : (
          nothing
        )}
      </Part>
      <Part facet="Answer" shown={shown}>
        {state ? <Answers style={style.id} requests={state.requests} /> : nothing}
      </Part>
    </article>
  );
}

function Part({
  facet,
  shown,
  children,
}: {
  readonly facet: Facet;
  readonly shown: ReadonlySet<Facet>;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class={`part ${facet.toLowerCase()}`} aria-label={facet} hidden={!shown.has(facet)}>
      <h3>{facet}</h3>
      <div class="body">{children}</div>
    </section>
  );
}
