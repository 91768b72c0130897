import type { JSX } from 'preact';
import type { StyleId, StyleInfo } from '../../src/protocol';

interface TabsProps {
  readonly styles: readonly StyleInfo[];
  readonly chosen: StyleId;
  readonly onChoose: (style: StyleId) => void;
}

/** Chooses the pane that a narrow screen shows. */
export function Tabs({ styles, chosen, onChoose }: TabsProps): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label="Style">
      {styles.map(({ id }) => (
        <button key={id} type="button" aria-pressed={chosen === id} onClick={() => onChoose(id)}>
          {id}
        </button>
      ))}
    </div>
  );
}
