/** Every error leads to its line of the page of errors, and shows it where it is printed. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inspect } from 'node:util';
import * as core from '@quartet/db-core';
import { DbCoreError, ScopeClosedError } from '@quartet/db-core';

const PAGE = path.join(__dirname, '../../../docs/errors.md');

/** What a class is made with, where that is not a message and its details. */
const ARGUMENTS: Record<string, readonly unknown[]> = {
  PartialCommitError: [[], {}, undefined],
  NoSuchColumnError: ['name', ['id']],
  RetryExhaustedError: [[new core.OperationalError('busy', { reason: 'busy' })]],
};

/** One of every class that the root exports. */
const errors = Object.values<unknown>(core)
  .filter(
    (value): value is new (...args: unknown[]) => DbCoreError =>
      typeof value === 'function' && value.prototype instanceof DbCoreError,
  )
  .map((it) => new it(...(ARGUMENTS[it.name] ?? ['what happened', {}])));

test.each(errors.map((error) => [error.name, error]))('%s leads to its code', (_name, error) => {
  const [page, place = ''] = error.help.split('#');
  expect(page).toBe('@quartet/db-core/docs/errors.md');
  const row = fs.readFileSync(PAGE, 'utf8').split(`<a id="${place}"></a>`)[1];
  expect(row?.startsWith(`\`${error.code}\``)).toBe(true);
});

test('a class of an application’s own leads to the code that it has', () => {
  class OutOfStock extends core.UsageError {}
  expect(new OutOfStock('sold').help).toBe('@quartet/db-core/docs/errors.md#usage');
});

test('it is printed with an error that nobody has caught', () => {
  expect(inspect(new ScopeClosedError())).toContain(
    "help: '@quartet/db-core/docs/errors.md#scope_closed'",
  );
});
