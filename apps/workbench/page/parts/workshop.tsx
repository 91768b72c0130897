import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ExerciseInfo } from '../../src/protocol';
import { writeAddress } from '../address';
import { getExercises } from '../api';
import { Content } from './content';
import { Link } from './link';

const STATES: Record<ExerciseInfo['state'], string> = {
  done: '✓ done',
  begun: '… begun',
  open: '',
};

/** The exercises and how far the learner is: `/workshop`. */
export function Workshop(): JSX.Element {
  const [exercises, setExercises] = useState<readonly ExerciseInfo[]>();
  const [error, setError] = useState('');
  useEffect(() => {
    const ask = (): void =>
      void getExercises().then(
        (all) => {
          setExercises(all);
          setError('');
        },
        (reason: Error) => setError(reason.message),
      );
    ask();
    // Who comes back from the editor or the terminal may be further.
    addEventListener('focus', ask);
    return () => removeEventListener('focus', ask);
  }, []);
  return (
    <Content class="catalogue workshop" title="Workshop">
      <h1>Workshop</h1>
      <p class="lead">
        Each exercise has a few lines that work on a laptop and fail in a way that is worth knowing.
        Open one, change its file in your editor, and its page says at each save what still fails.{' '}
        <Link to="/f/docs/workshop/README.md">How it goes</Link>
      </p>
      {error && <p class="error">{error}</p>}
      <ol>
        {exercises?.map(({ number, title, state }) => (
          <li key={number} class={state}>
            <Link to={writeAddress({ workshop: number, given: {} })}>
              <strong>
                {Number(number)}. {title}
              </strong>
              <span>{STATES[state]}</span>
            </Link>
          </li>
        ))}
      </ol>
    </Content>
  );
}
