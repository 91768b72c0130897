/** What the answers say about errors of the database, by case: the usual texts, each of which an app may replace. */
import type {
  DataError,
  IntegrityError,
  NoResultFound,
  OperationalError,
  PartialCommitError,
} from '@quartet/db-core';

/** A text, or a function of the error that gives one. It is shown to clients: no SQL and no values. */
export type Message<E> = string | ((error: E) => string);

/** What clients are told, by the kind of the failure. */
export interface ProblemMessages {
  /** 409: a value that must be unique is there already. */
  readonly duplicate: Message<IntegrityError>;
  /** 409: a foreign key refers to nothing, or something still refers to what was to be removed. */
  readonly reference: Message<IntegrityError>;
  /** 400: a value is too long, out of range or not representable. */
  readonly invalidValue: Message<DataError>;
  /** 404: `one()` found no row. */
  readonly notFound: Message<NoResultFound>;
  /** 503: a lock or a connection was not given in time, or the transaction lost a conflict; it was undone. */
  readonly busy: Message<OperationalError>;
  /** 503: no connection could be made, so that nothing was begun. */
  readonly unavailable: Message<OperationalError>;
  /** 503: the server takes no writes, or no work, for now: it was undone. */
  readonly notWritable: Message<OperationalError>;
  /** 503: the connection broke; the transaction was rolled back, or the request only reads. */
  readonly lost: Message<OperationalError>;
  /** 503: an answer was lost, and whether the work was kept is not known. */
  readonly outcomeUnknown: Message<OperationalError>;
  /** 500: one of several databases has committed, another has refused, or its answer was lost. */
  readonly partlyCommitted: Message<PartialCommitError>;
  /** 500: any other error. */
  readonly internal: string;
}

export const USUAL_MESSAGES: ProblemMessages = {
  duplicate: ({ columns }) => `${valueOf(columns)} is already taken.`,
  reference: 'What this refers to is not there, or something still refers to it.',
  invalidValue: 'A value does not fit its field.',
  notFound: 'There is nothing here.',
  busy: 'The database is busy. The operation was undone; try again.',
  unavailable: 'The database cannot be reached. The operation was not begun; try again.',
  notWritable: 'The database takes no changes at the moment. The operation was undone; try again.',
  lost: 'The connection to the database was lost; try again.',
  outcomeUnknown:
    'The connection to the database was lost. Whether the operation was carried out is not known: look before you try again.',
  partlyCommitted: ({ outcomeUnknown }) =>
    `One part of the operation was stored, another part ${outcomeUnknown ? 'may not have been' : 'was not'}. Do not repeat it as a whole.`,
  internal: 'Something went wrong here. It was logged.',
};

export function textOf<E>(message: Message<E>, error: E): string {
  return typeof message === 'string' ? message : message(error);
}

/** Expressions of an index are the schema's business, so only plain names are shown. */
function valueOf(columns: readonly string[]): string {
  if (columns.length === 0 || !columns.every((name) => /^[\p{L}\p{N}_]+$/u.test(name)))
    return 'A value that must be unique';
  if (columns.length === 1) return `The ${columns[0]}`;
  return `This combination of ${columns.slice(0, -1).join(', ')} and ${columns.at(-1)}`;
}
