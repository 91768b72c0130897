import type { JSX } from 'preact';
import type { CheckResult, Exercise, LiveExercise } from '../../src/protocol';
import { writeAddress } from '../address';
import { Link } from './link';

interface ChecksProps {
  readonly exercise: Exercise;
  /** Undefined until the server has answered. */
  readonly live: LiveExercise | undefined;
  readonly isAway: boolean;
}

/** What the checks say of the learner's files; while they run, what they have said before. */
export function Checks({ exercise, live, isAway }: ChecksProps): JSX.Element {
  const result = live?.result;
  const isBusy = !live || live.isChecking;
  return (
    <section class="checks" aria-label="Checks" aria-busy={isBusy}>
      <header>
        <h2>Checks</h2>
        <p role="status">{summaryOf(result, isBusy)}</p>
      </header>
      {isAway && (
        <p class="error">
          {live?.trouble === undefined
            ? 'The workbench does not answer. It is asked again every few seconds.'
            : `The checks have ended: ${live.trouble}. They are started again.`}
        </p>
      )}
      {result && result.mistakes.length > 0 && (
        <>
          <p>Your files do not compile yet:</p>
          <ul class="mistakes">
            {result.mistakes.map(({ file, line, message }, index) => (
              <li key={index}>
                <a href={`#${file}:${line}`}>
                  {file}:{line}
                </a>{' '}
                {message}
              </li>
            ))}
          </ul>
        </>
      )}
      {result?.broken !== undefined && (
        <p class="error">Your files cannot be loaded: {result.broken}</p>
      )}
      <ul>
        {result?.checks.map(({ title, failure }) => (
          <li key={title} class={failure === undefined ? 'passed' : 'failed'}>
            <span class="sign" aria-hidden="true">
              {failure === undefined ? '✓' : '✗'}
            </span>
            <span class="hidden">{failure === undefined ? 'Passed: ' : 'Failed: '}</span>
            {title}
            {failure !== undefined && <p>{failure}</p>}
          </li>
        ))}
      </ul>
      {result?.isDone && (
        <p class="done">
          Done.{' '}
          {exercise.next ? (
            <Link to={writeAddress({ workshop: exercise.next.number, given: {} })}>
              Next: {exercise.next.title}
            </Link>
          ) : (
            'It was the last one.'
          )}
        </p>
      )}
    </section>
  );
}

function summaryOf(result: CheckResult | undefined, isBusy: boolean): string {
  if (isBusy) return 'Checking…';
  if (!result || result.broken !== undefined) return '';
  if (result.mistakes.length > 0) return 'Nothing has run.';
  const passed = result.checks.filter(({ failure }) => failure === undefined).length;
  return `${passed} of ${result.checks.length} pass.`;
}
