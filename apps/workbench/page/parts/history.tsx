import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { engineName } from '../format';
import { forgetAll, pastRuns } from '../history';
import { go } from './link';

/** The runs of this browser, each a link to its address. */
export function History({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [runs, setRuns] = useState(pastRuns);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="past" ref={dialog} aria-labelledby="history" onClose={onClose}>
      <header>
        <h2 id="history">History</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {runs.length === 0 && <p class="quiet">Nothing was run yet.</p>}
      <ol>
        {runs.map(({ address, title, inputs, engine, startedAt }) => (
          <li key={address}>
            <a
              href={address}
              onClick={(event) => {
                event.preventDefault();
                dialog.current?.close();
                go(address);
              }}
            >
              <strong>{title}</strong> <span>{inputs}</span>
              <small>
                {new Date(startedAt).toLocaleTimeString()} · {engineName(engine)}
              </small>
            </a>
          </li>
        ))}
      </ol>
      {runs.length > 0 && (
        <button
          type="button"
          class="small"
          onClick={() => {
            forgetAll();
            setRuns([]);
          }}
        >
          Forget them
        </button>
      )}
    </dialog>
  );
}
