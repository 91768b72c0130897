import {
  DataError,
  IntegrityError,
  NoResultFound,
  OperationalError,
  PendingRollbackError,
  PoolTimeoutError,
  ProgrammingError,
  ScopeClosedError,
} from '@quartet/db-core';
import { NotFoundError } from '@quartet/db-core/orm';
import { HttpProblem } from '../src';
import { errorToProblem } from '../src/error-to-problem';

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

  it('tells when to try again: soon after a conflict, later when the database is away', () => {
    const after = (reason: 'busy' | 'gone') =>
      errorToProblem(new OperationalError('x', { reason })).headers['Retry-After'];
    expect([after('busy'), after('gone')]).toEqual(['1', '5']);
  });

  it("is the problem's own when a handler threw one", () => {
    const problem = new HttpProblem(418, 'Short and stout.');
    expect(errorToProblem(problem)).toBe(problem);
  });
});
