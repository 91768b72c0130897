import type { JSX } from 'preact';
import type { EngineChoice } from '../../src/protocol';
import { engineName, engineTitle } from '../format';

interface NoticesProps {
  readonly engine: EngineChoice;
  /** The address's name of an engine that this workbench does not have. */
  readonly foreign: string | undefined;
  readonly problem: string;
  readonly lost: boolean;
  readonly cancelled: boolean;
}

/** Problems of the run or the engine, and what to do about them. */
export function Notices({ engine, foreign, problem, lost, cancelled }: NoticesProps): JSX.Element {
  return (
    <div class="notices" role="alert">
      {problem && <p class="error">{problem}</p>}
      {!problem && engine.trouble !== undefined && (
        <p class="error">
          {engineTitle(engine)} does not answer: {engine.trouble}. Press Run to start it again.
        </p>
      )}
      {lost && <p>The server does not keep that run any more. Press Run to see it again.</p>}
      {cancelled && <p>Cancelled: what it had written is undone.</p>}
      {foreign !== undefined && (
        <p>
          This address was made on {engineName(foreign)}, which this workbench does not have. Start
          it with the URL of such a database in <code>WORKBENCH_URLS</code> to see it there; Run
          runs it on {engineTitle(engine)}.
        </p>
      )}
    </div>
  );
}
