import type { JSX } from 'preact';
import type { Facet } from './pane';
import { FACETS } from './pane';

interface ToolsProps {
  readonly shown: ReadonlySet<Facet>;
  readonly onShow: (shown: ReadonlySet<Facet>) => void;
  readonly comparing: boolean;
  readonly onCompare: (on: boolean) => void;
}

/** Which parts of the panes are shown, and whether two styles are compared. */
export function Tools({ shown, onShow, comparing, onCompare }: ToolsProps): JSX.Element {
  return (
    <div class="tools">
      <div class="facets" role="group" aria-label="Show">
        {FACETS.map((facet) => (
          <button
            key={facet}
            type="button"
            aria-pressed={shown.has(facet)}
            onClick={() => onShow(toggled(shown, facet))}
          >
            {facet}
          </button>
        ))}
      </div>
      <button type="button" aria-pressed={comparing} onClick={() => onCompare(!comparing)}>
        Compare two
      </button>
    </div>
  );
}

function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  return set.has(value)
    ? new Set([...set].filter((each) => each !== value))
    : new Set([...set, value]);
}
