import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EngineChoice, StyleInfo, StyleSource } from '../../src/protocol';
import type { RunState } from '../run-state';
import { Answers } from './answer';
import { Session } from './session';
import { Source } from './source';
import { Sql } from './sql';

export const FACETS = ['Queries', 'Models', 'SQL', 'Session', 'Answer'] as const;
export type Facet = (typeof FACETS)[number];

interface PaneProps {
  readonly style: StyleInfo;
  readonly source: StyleSource | undefined;
  readonly engine: EngineChoice;
  readonly run: RunState | undefined;
  readonly shown: ReadonlySet<Facet>;
  /** Those that are shown whole, in all four panes at once. */
  readonly whole: ReadonlySet<Facet>;
  readonly onWhole: (facet: Facet, whole: boolean) => void;
}

/** One style: its queries and models, its SQL, its session and the answer. */
export function Pane({
  style,
  source,
  engine,
  run,
  shown,
  whole,
  onWhole,
}: PaneProps): JSX.Element {
  const state = run?.styles[style.id];
  const nothing = <p class="quiet">{run ? 'Its turn comes.' : 'Press Run.'}</p>;
  const part = (facet: Facet, children: ComponentChildren): JSX.Element => (
    <Part
      facet={facet}
      style={style.id}
      isShown={shown.has(facet)}
      isWhole={whole.has(facet)}
      onWhole={(all) => onWhole(facet, all)}
    >
      {children}
    </Part>
  );
  return (
    <article class="pane" id={`pane-${style.id}`} data-style={style.id} aria-label={style.id}>
      <header>
        <span class={`dot ${style.id}`} aria-hidden="true" />
        <h2>{style.id}</h2>
        <span class="library">{style.library}</span>
      </header>
      {part('Queries', <Source excerpts={source?.functions} />)}
      {part('Models', <Source excerpts={source?.models} />)}
      {part(
        'SQL',
        run && state ? (
          <Sql engine={engine} run={run.id} style={style.id} state={state} />
        ) : (
          nothing
        ),
      )}
      {part(
        'Session',
        state ? (
          <Session
            state={state}
            view={{ style: style.id, singleWriter: run?.engine?.name === 'sqlite' }}
            ended={Boolean(state.outcome)}
          />
        ) : (
          nothing
        ),
      )}
      {part('Answer', state ? <Answers requests={state.requests} /> : nothing)}
    </article>
  );
}

interface PartProps {
  readonly facet: Facet;
  readonly style: string;
  readonly isShown: boolean;
  readonly isWhole: boolean;
  readonly onWhole: (whole: boolean) => void;
  readonly children: ComponentChildren;
}

/** A part that is too long is cut, says so, and is shown whole on demand. */
function Part({ facet, style, isShown, isWhole, onWhole, children }: PartProps): JSX.Element {
  const body = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [isCut, setCut] = useState(false);
  useLayoutEffect(() => {
    const look = (): void => {
      const { scrollHeight = 0, clientHeight = 0 } = body.current ?? {};
      setCut(scrollHeight > clientHeight + 1);
    };
    const observer = new ResizeObserver(look);
    for (const { current } of [body, content]) if (current) observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return (
    <div class={`part ${facet.toLowerCase()}`} hidden={!isShown}>
      <h3>{facet}</h3>
      <div
        class={isWhole ? 'body' : 'body cut'}
        data-cut={isCut}
        ref={body}
        // The keyboard reaches what is behind the cut: it is shown then.
        onFocusIn={() => isCut && onWhole(true)}
      >
        <div ref={content}>{children}</div>
      </div>
      {(isCut || isWhole) && (
        <button
          type="button"
          class="small whole"
          aria-expanded={isWhole}
          aria-label={`${isWhole ? 'Show less' : 'Show all'}: ${facet}, ${style}`}
          onClick={() => onWhole(!isWhole)}
        >
          {isWhole ? 'Show less' : 'Show all'}
        </button>
      )}
    </div>
  );
}
