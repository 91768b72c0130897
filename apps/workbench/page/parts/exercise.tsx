import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type {
  CheckResult,
  Excerpt,
  Exercise as ExerciseOf,
  ExerciseInfo,
} from '../../src/protocol';
import { writeAddress } from '../address';
import { getExercise } from '../api';
import { useExercise } from '../use-exercise';
import { Checks } from './checks';
import { Line } from './code';
import { Content } from './content';
import { Link } from './link';
import { Prose } from './prose';

/** One exercise: its task, the learner's files, and what the checks say of them at each save: `/workshop/03`. */
export function Exercise({ number }: { readonly number: string }): JSX.Element {
  const [exercise, setExercise] = useState<ExerciseOf>();
  const [error, setError] = useState('');
  useEffect(() => {
    getExercise(number).then(setExercise, (reason: Error) => setError(reason.message));
  }, [number]);
  const title = exercise ? `${Number(number)}. ${exercise.title}` : 'Workshop';
  return (
    <Content class="exercise" title={title}>
      {error && (
        <>
          <h1>Workshop</h1>
          <p class="error">{error}</p>
          <p>
            <Link to="/workshop">All exercises</Link>
          </p>
        </>
      )}
      {exercise && (
        <>
          <Steps exercise={exercise} />
          <Prose class="doc" html={exercise.task} />
          <Live exercise={exercise} />
        </>
      )}
    </Content>
  );
}

function Steps({ exercise }: { readonly exercise: ExerciseOf }): JSX.Element {
  const { number, of, previous, next } = exercise;
  return (
    <nav class="steps" aria-label="Exercises">
      <Link to="/workshop">All exercises</Link>
      <span>
        Exercise {Number(number)} of {of}
      </span>
      {previous && <Step to={previous} sign="←" />}
      {next && <Step to={next} sign="→" />}
    </nav>
  );
}

function Step({ to, sign }: { readonly to: ExerciseInfo; readonly sign: '←' | '→' }): JSX.Element {
  const name = `${Number(to.number)}. ${to.title}`;
  return (
    <Link to={writeAddress({ workshop: to.number, given: {} })}>
      <span class="hidden">{sign === '←' ? 'Previous: ' : 'Next: '}</span>
      {sign === '←' ? `← ${name}` : `${name} →`}
    </Link>
  );
}

/** The checks, and the files below them. */
function Live({ exercise }: { readonly exercise: ExerciseOf }): JSX.Element {
  const { live, isAway } = useExercise(exercise.number);
  return (
    <div class="live">
      <Checks exercise={exercise} live={live} isAway={isAway} />
      {live?.files.map((file) => (
        <File key={file.name} file={file} mistakes={live.result?.mistakes ?? []} />
      ))}
      <p class="quiet">
        <code>npm run workshop {exercise.number} solution</code> shows what the solution has
        differently, <code>npm run workshop {exercise.number} reset</code> puts the files of the
        beginning back.
      </p>
    </div>
  );
}

/** The lines with mistakes are marked, and can be led to: `#problem/src/exercise.ts:12`. */
function File({
  file: { name, file, lines },
  mistakes,
}: {
  readonly file: Excerpt;
  readonly mistakes: CheckResult['mistakes'];
}): JSX.Element {
  const wrong = new Set(mistakes.filter((each) => each.file === name).map(({ line }) => line));
  return (
    <section class="file" aria-label={name}>
      <h2>{file}</h2>
      <pre class="code numbered">
        <code>
          {lines.map((tokens, index) => (
            <Line
              key={index}
              tokens={tokens}
              number={index + 1}
              id={`${name}:${index + 1}`}
              highlighted={wrong.has(index + 1)}
            />
          ))}
        </code>
      </pre>
    </section>
  );
}
