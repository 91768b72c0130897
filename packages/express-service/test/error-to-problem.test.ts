import type { OperationalReason } from '@quartet/db-core';
import {
  DataError,
  IntegrityError,
  NoResultFound,
  OperationalError,
  PartialCommitError,
  PendingRollbackError,
  PoolTimeoutError,
  ProgrammingError,
  RetryExhaustedError,
  ScopeClosedError,
} from '@quartet/db-core';
import { NotFoundError } from '@quartet/db-core/orm';
import { errorToProblem, HttpProblem } from '../src';

const secret = "INSERT INTO users VALUES ('secret')";
const uniqueInSqlite = Object.assign(new Error('UNIQUE constraint failed: users.name'), {
  code: 'SQLITE_CONSTRAINT_UNIQUE',
});

describe('the status of an error', () => {
  it.each([
    ['a unique violation', new IntegrityError(secret, { kind: 'unique' }), 409, 'duplicate'],
    [
      'a foreign-key violation',
      new IntegrityError(secret, { kind: 'foreign-key' }),
      409,
      'reference',
    ],
    ['a value that does not fit', new DataError(secret), 400, 'validation'],
    ['a busy database', new OperationalError(secret, { reason: 'busy' }), 503, 'unavailable'],
    ['a deadlock', new OperationalError(secret, { reason: 'deadlock' }), 503, 'unavailable'],
    [
      'a database that is away',
      new OperationalError(secret, { reason: 'unavailable' }),
      503,
      'unavailable',
    ],
    [
      'a deadlock that the handler has caught',
      new PendingRollbackError(secret, {
        cause: new OperationalError(secret, { reason: 'deadlock' }),
      }),
      503,
      'unavailable',
    ],
    ['an exhausted pool', new PoolTimeoutError(secret), 503, 'unavailable'],
    ["a driver's own error", uniqueInSqlite, 409, 'duplicate'],
    [
      "a driver's error inside an ORM's",
      Object.assign(new Error(secret), { parent: uniqueInSqlite }),
      409,
      'duplicate',
    ],
  ])('of %s says what happened and nothing of the statement', (_what, error, status, type) => {
    const problem = errorToProblem(error);
    expect(problem).toMatchObject({ status, type: `urn:quartet:problem:${type}` });
    expect(JSON.stringify(problem.toDocument('/'))).not.toContain('secret');
  });

  it.each([
    ['a not-null violation', new IntegrityError(secret, { kind: 'not-null' })],
    ['a wrong statement', new ProgrammingError(secret)],
    ['a closed scope', new ScopeClosedError()],
    ['any other error', new TypeError(secret)],
    ['a thrown string', secret],
    ['a thrown undefined', undefined],
  ])('of %s is 500 with a detail that tells nothing', (_what, error) => {
    const problem = errorToProblem(error);
    expect(problem).toMatchObject({
      status: 500,
      type: 'about:blank',
      title: 'Internal Server Error',
    });
    expect(JSON.stringify(problem.toDocument('/'))).not.toContain('secret');
  });

  it('of a missing row is 404', () => {
    expect(errorToProblem(new NoResultFound())).toMatchObject({ status: 404 });
  });
  it('is 404 with its own words for what getOr404 and paginate throw', () => {
    expect(errorToProblem(new NotFoundError('There is no to-do 7.'))).toMatchObject({
      status: 404,
      message: 'There is no to-do 7.',
    });
  });

  it("is the problem's own when a handler threw one", () => {
    const problem = new HttpProblem(418, 'Short and stout.');
    expect(errorToProblem(problem)).toBe(problem);
  });
});

describe('what became of the work', () => {
  const failed = (reason: OperationalReason, outcomeUnknown = false) =>
    new OperationalError('x', { reason, outcomeUnknown });
  const told = (error: unknown, readOnly = false) => {
    const { message, headers } = errorToProblem(error, { readOnly });
    return [message, headers['Retry-After']];
  };
  const UNKNOWN = [expect.stringMatching(/not known: look before/) as unknown, undefined];

  it.each([
    'busy',
    'serialization',
    'deadlock',
    'schema-changed',
    'timeout',
    'cancelled',
    'pool-timeout',
  ] as const)('is undone after %s: try again soon', (reason) => {
    expect(told(failed(reason))).toEqual([
      'The database is busy. The operation was undone; try again.',
      '1',
    ]);
  });

  it('is nothing where no connection could be made: try again later', () => {
    expect(told(failed('unavailable'))).toEqual([
      'The database cannot be reached. The operation was not begun; try again.',
      '5',
    ]);
  });

  it.each(['read-only', 'not-ready'] as const)(
    'is undone by a server that is %s: try again later',
    (reason) => {
      expect(told(failed(reason))).toEqual([
        'The database takes no changes at the moment. The operation was undone; try again.',
        '5',
      ]);
    },
  );

  it.each(['gone', 'other'] as const)(
    'is not known after %s: no promise, and no Retry-After',
    (reason) => {
      expect(told(failed(reason))).toEqual(UNKNOWN);
    },
  );

  it.each(['busy', 'unavailable', 'gone', 'not-ready'] as const)(
    'is not known where the error says so, whatever its reason: %s',
    (reason) => {
      expect(told(failed(reason, true))).toEqual(UNKNOWN);
    },
  );

  it('is not known when one of several attempts may have been carried out', () => {
    expect(told(new RetryExhaustedError([failed('gone', true), failed('deadlock')]))).toEqual(
      UNKNOWN,
    );
  });

  it('is undone where the connection broke inside the transaction that the handler went on with', () => {
    const again = ['The connection to the database was lost; try again.', '5'];
    expect(told(new PendingRollbackError('x', { cause: failed('gone') }))).toEqual(again);
    expect(told(new PendingRollbackError('x', { cause: failed('gone', true) }))).toEqual(UNKNOWN);
  });

  it('does not matter for a request that only reads', () => {
    expect(told(failed('gone'), true)).toEqual([
      'The connection to the database was lost; try again.',
      '5',
    ]);
  });

  it('is a part when one of two databases has committed: not to be repeated', () => {
    const refused = failed('gone', true);
    const problem = errorToProblem(new PartialCommitError([{}], {}, refused));
    expect(problem).toMatchObject({
      status: 500,
      type: 'urn:quartet:problem:partly-committed',
      message:
        'One part of the operation was stored, another part may not have been. Do not repeat it as a whole.',
      headers: {},
      cause: { cause: refused },
    });
    const other = errorToProblem(new PartialCommitError([{}], {}, failed('serialization')));
    expect(other.message).toMatch(/another part was not\./);
  });
});

describe('the texts', () => {
  const taken = (...columns: string[]) =>
    errorToProblem(new IntegrityError(secret, { kind: 'unique', columns })).message;

  it('name the columns of a value that is taken', () => {
    expect(taken('email')).toBe('The email is already taken.');
    expect(taken('tenant', 'name')).toBe('This combination of tenant and name is already taken.');
  });

  it('name no column where the database tells none, or the index is of an expression', () => {
    expect(taken()).toBe('A value that must be unique is already taken.');
    expect(taken('lower(email::text)')).toBe('A value that must be unique is already taken.');
  });

  it('are those of the app, each a text or a function of the error', () => {
    const messages = {
      duplicate: ({ table }: IntegrityError) => `Taken in ${table}.`,
      busy: 'Come back later.',
      internal: 'Oops.',
    };
    const said = (error: unknown) => errorToProblem(error, { messages }).message;
    expect(said(new IntegrityError('x', { kind: 'unique', table: 'shops' }))).toBe(
      'Taken in shops.',
    );
    expect(said(new PoolTimeoutError('x'))).toBe('Come back later.');
    expect(said(new TypeError('x'))).toBe('Oops.');
    expect(said(new DataError('x'))).toBe('A value does not fit its field.');
  });

  it('and statuses are those of the app where it knows the error, as db-core names it', () => {
    const seen: unknown[] = [];
    const problems = (error: unknown) => {
      seen.push(error);
      return error instanceof IntegrityError ? new HttpProblem(422, 'No.') : undefined;
    };
    expect(errorToProblem(uniqueInSqlite, { problems })).toMatchObject({ status: 422 });
    expect(errorToProblem(new DataError('x'), { problems })).toMatchObject({ status: 400 });
    expect(seen).toEqual([expect.any(IntegrityError), expect.any(DataError)]);
  });
});
