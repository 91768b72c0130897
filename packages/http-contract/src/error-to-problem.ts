/**
 * The one place that knows which error answers which status. Errors of the four libraries and of the
 * drivers are first translated into db-core's tree; nothing of their text reaches the client.
 */
import {
  DataError,
  IntegrityError,
  NoResultFound,
  OperationalError,
  PendingRollbackError,
  translateError,
} from '@quartet/db-core';
import { NotFoundError } from '@quartet/db-core/orm';
import { tooLarge } from './json-body';
import { HttpProblem } from './problem';

/** Seconds after which a client may try again. */
const RETRY_SOON = '1';
const RETRY_LATER = '5';

/**
 * The answer for whatever a handler, Express or its body parser threw. An unknown error is a 500 whose
 * detail says nothing: the log has it.
 */
export function errorToProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  return fromDatabase(translateError(error)) ?? fromExpress(error) ?? unknownError(error);
}

function fromDatabase(error: unknown): HttpProblem | undefined {
  // The handler has caught what ended its transaction, and went on.
  if (error instanceof PendingRollbackError) return fromDatabase(error.cause);
  if (error instanceof IntegrityError) return fromIntegrity(error);
  if (error instanceof DataError) {
    return new HttpProblem(400, 'A value does not fit its field.', {
      type: 'validation',
      cause: error,
    });
  }
  if (error instanceof NotFoundError) return new HttpProblem(404, error.message, { cause: error });
  if (error instanceof NoResultFound) return new HttpProblem(404, 'There is nothing here.');
  if (error instanceof OperationalError) {
    if (error.outcomeUnknown) {
      const detail = 'The database went away during the commit: look whether it took place.';
      return new HttpProblem(503, detail, { type: 'unavailable', cause: error });
    }
    // Lock conflicts pass in a moment; a server that is gone takes longer.
    const away = error.reason === 'gone' || error.reason === 'unavailable';
    const detail = away ? 'The database cannot be reached.' : 'The database is busy.';
    return new HttpProblem(503, `${detail} Nothing was changed; try again.`, {
      type: 'unavailable',
      headers: { 'Retry-After': away ? RETRY_LATER : RETRY_SOON },
      cause: error,
    });
  }
  return undefined;
}

function fromIntegrity(error: IntegrityError): HttpProblem | undefined {
  if (error.kind === 'unique') {
    return new HttpProblem(409, 'The name or the e-mail is already taken.', {
      type: 'duplicate',
      title: 'Already taken',
      cause: error,
    });
  }
  if (error.kind === 'foreign-key') {
    return new HttpProblem(409, 'What this refers to was removed in the meantime.', {
      type: 'reference',
      title: 'Broken reference',
      cause: error,
    });
  }
  return undefined; // not-null and check: the schemas should have refused it, so it is our mistake
}

/** Errors with a status in the 4xx that Express, its router and body-parser make. */
function fromExpress(error: unknown): HttpProblem | undefined {
  const { status, type } = asHttpError(error);
  if (error instanceof URIError)
    return new HttpProblem(400, 'The path is not valid percent-encoding.');
  if (type === 'entity.too.large') return tooLarge();
  if (type === 'entity.parse.failed') return new HttpProblem(400, 'The body is not valid JSON.');
  if (type === 'entity.verify.failed') return new HttpProblem(400, 'The body is not valid UTF-8.');
  if (status === undefined || status < 400 || status > 499) return undefined;
  return new HttpProblem(status, 'The request cannot be read.', { cause: error });
}

function asHttpError(error: unknown): { status?: number; type?: string } {
  return typeof error === 'object' && error !== null ? error : {};
}

function unknownError(cause: unknown): HttpProblem {
  return new HttpProblem(500, 'Something went wrong here. It was logged.', { cause });
}
