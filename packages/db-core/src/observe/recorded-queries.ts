/**
 * Ports Flask-SQLAlchemy's `get_recorded_queries()`.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/record-queries/
 */
import type { RecordedQuery } from './recorder';
import { Observers } from '../session/observers';
import { currentScope } from '../session/scope';
import { Recorder } from './recorder';

/** The statements of this request, or of this `runInScope`, so far; none where it has no recorder. */
export function getRecordedQueries(): readonly RecordedQuery[] {
  const observer = currentScope()?.observer;
  const all = observer instanceof Observers ? observer.all : [observer];
  return all.find((each) => each instanceof Recorder)?.queries ?? [];
}
