import type { ComponentChildren, JSX } from 'preact';
import type { ScenarioInfo } from '../../src/protocol';
import { writeAddress } from '../address';
import type { RunState } from '../run-state';
import { Link } from './link';

interface HeadProps {
  readonly scenario: ScenarioInfo;
  readonly running: boolean;
  readonly progress: RunState['progress'];
  /** The form. */
  readonly children: ComponentChildren;
}

/** The scenario's title, what to look for, links to the docs, and the progress of a run. */
export function Head({
  scenario: { title, look, concept, workshop },
  running,
  progress,
  children,
}: HeadProps): JSX.Element {
  return (
    <div class="head">
      <h1>{title}</h1>
      <p class="look">
        {look}
        {concept && (
          <>
            {' '}
            <Link to={`/f/${concept}`}>The idea</Link>
          </>
        )}
        {workshop && (
          <>
            {' · '}
            <Link to={writeAddress({ workshop, given: {} })}>Practise it</Link>
          </>
        )}
      </p>
      {children}
      <div class="progress" role="status">
        {running && (
          <>
            <progress value={progress?.fraction ?? 0} max={1} aria-label="Progress" />
            <span>{progress?.text}</span>
          </>
        )}
      </div>
    </div>
  );
}
