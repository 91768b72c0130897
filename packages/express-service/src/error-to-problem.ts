/**
 * The one place that knows which error answers which status. Errors of the libraries and of the drivers are
 * first translated into db-core's tree; nothing of their text reaches the client.
 */
import {
  DataError,
  IntegrityError,
  NoResultFound,
  OperationalError,
  PartialCommitError,
  PendingRollbackError,
  translateError,
} from '@quartet/db-core';
import type { OperationalReason } from '@quartet/db-core';
import { NotFoundError } from '@quartet/db-core/orm';
import type { Message, ProblemMessages } from './messages';
import { textOf, USUAL_MESSAGES } from './messages';
import { HttpProblem, tooLarge } from './problem';

/** Options of `errorToProblem`. */
export interface ErrorToProblemOptions {
  /** Texts instead of the usual ones. */
  readonly messages?: Partial<ProblemMessages>;
  /** Asked first, with the error as db-core's tree has it; undefined leaves the answer to the usual rules. */
  readonly problems?: (error: unknown) => HttpProblem | undefined;
  /** The request only reads, so that it may be repeated in any case. Default false. */
  readonly readOnly?: boolean;
}

/** Seconds after which a client may try again. */
const RETRY_SOON = '1';
const RETRY_LATER = '5';

/**
 * What each failure says of the work that failed: undone by the database, soon possible or for now not, or not begun.
 * Of a reason that is not in this list it is not known.
 */
const OUTCOMES: Partial<Record<OperationalReason, 'undone' | 'not-writable' | 'not-begun'>> = {
  busy: 'undone',
  serialization: 'undone',
  deadlock: 'undone',
  'schema-changed': 'undone',
  timeout: 'undone',
  cancelled: 'undone',
  'pool-timeout': 'undone',
  'read-only': 'not-writable',
  'not-ready': 'not-writable',
  unavailable: 'not-begun',
};

/**
 * The answer for what a handler, Express or its body parser threw. An unknown error is a 500 whose detail
 * says nothing: the log has it. An answer has `Retry-After` where the work was undone or not begun, and none
 * where it may have been carried out.
 *
 * @example
 * errorToProblem(error, { messages: { duplicate: 'This name is already taken.' } });
 */
export function errorToProblem(error: unknown, options: ErrorToProblemOptions = {}): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const translated = translateError(error);
  const messages = { ...USUAL_MESSAGES, ...options.messages };
  return (
    options.problems?.(translated) ??
    fromDatabase(translated, messages, options.readOnly) ??
    fromExpress(error) ??
    new HttpProblem(500, messages.internal, { cause: error })
  );
}

/** @param repeatable the work may be done again in any case: it only reads, or was rolled back */
function fromDatabase(
  error: unknown,
  messages: ProblemMessages,
  repeatable = false,
): HttpProblem | undefined {
  // The handler has caught what ended its transaction, and went on.
  if (error instanceof PendingRollbackError) {
    const { cause } = error;
    const unknown = cause instanceof OperationalError && cause.outcomeUnknown;
    return fromDatabase(cause, messages, !unknown);
  }
  if (error instanceof IntegrityError) return fromIntegrity(error, messages);
  if (error instanceof DataError) {
    const detail = textOf(messages.invalidValue, error);
    return new HttpProblem(400, detail, { type: 'validation', cause: error });
  }
  if (error instanceof NotFoundError) return new HttpProblem(404, error.message, { cause: error });
  if (error instanceof NoResultFound)
    return new HttpProblem(404, textOf(messages.notFound, error), { cause: error });
  if (error instanceof PartialCommitError) {
    const detail = textOf(messages.partlyCommitted, error);
    return new HttpProblem(500, detail, { type: 'partlyCommitted', cause: error });
  }
  if (error instanceof OperationalError) return fromOperational(error, messages, repeatable);
  return undefined;
}

function fromOperational(
  error: OperationalError,
  messages: ProblemMessages,
  repeatable: boolean,
): HttpProblem {
  const outcome = error.outcomeUnknown ? undefined : OUTCOMES[error.reason];
  if (outcome === 'undone') return unavailable(error, messages.busy, RETRY_SOON);
  if (outcome === 'not-writable') return unavailable(error, messages.notWritable, RETRY_LATER);
  if (outcome === 'not-begun') return unavailable(error, messages.unavailable, RETRY_LATER);
  return repeatable
    ? unavailable(error, messages.lost, RETRY_LATER)
    : unavailable(error, messages.outcomeUnknown);
}

function unavailable(
  error: OperationalError,
  message: Message<OperationalError>,
  retryAfter?: string,
): HttpProblem {
  return new HttpProblem(503, textOf(message, error), {
    type: 'unavailable',
    cause: error,
    ...(retryAfter !== undefined && { headers: { 'Retry-After': retryAfter } }),
  });
}

function fromIntegrity(error: IntegrityError, messages: ProblemMessages): HttpProblem | undefined {
  if (error.kind === 'unique') {
    return new HttpProblem(409, textOf(messages.duplicate, error), {
      type: 'duplicate',
      title: 'Already taken',
      cause: error,
    });
  }
  if (error.kind === 'foreign-key') {
    return new HttpProblem(409, textOf(messages.reference, error), {
      type: 'reference',
      title: 'Broken reference',
      cause: error,
    });
  }
  return undefined; // not-null and check: the app should have refused the value, so it is the app's mistake
}

/** Errors with a status in the 4xx that Express, its router and body-parser make. */
function fromExpress(error: unknown): HttpProblem | undefined {
  const { status, type, limit } = asHttpError(error);
  if (error instanceof URIError)
    return new HttpProblem(400, 'The path is not valid percent-encoding.');
  if (type === 'entity.too.large') return tooLarge(limit);
  if (type === 'entity.parse.failed') return new HttpProblem(400, 'The body is not valid JSON.');
  if (type === 'entity.verify.failed') return new HttpProblem(400, 'The body is not valid UTF-8.');
  if (status === undefined || status < 400 || status > 499) return undefined;
  return new HttpProblem(status, 'The request cannot be read.', { cause: error });
}

function asHttpError(error: unknown): { status?: number; type?: string; limit?: number } {
  return typeof error === 'object' && error !== null ? error : {};
}
