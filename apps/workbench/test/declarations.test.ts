import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findFunction, findModel, withHelpers } from '../src/declarations';

const read = (file: string) => readFileSync(path.join(__dirname, '../../..', file), 'utf8');

describe('declarations of a file', () => {
  const queries = read('apps/classical/src/queries.ts');

  test('a query is found whole, with its line', () => {
    const found = findFunction(queries, 'findUser');
    expect(found?.text).toBe('async findUser(id) {\n  return await User.query.get(id);\n},');
    expect(queries.split('\n')[(found?.line ?? 0) - 1]).toBe('  async findUser(id) {');
  });

  test('a generator is found, and what is not there is not', () => {
    expect(findFunction(queries, 'exportMessages')?.text).toMatch(/^async \*exportMessages\(\) \{/);
    expect(findFunction(queries, 'findNobody')).toBeUndefined();
  });

  test('the helpers that a query calls come along, and those that they call', () => {
    expect([...withHelpers(queries, ['exportMessages'])]).toEqual([
      'exportMessages',
      'selectMessages',
      'manager',
    ]);
  });

  test.each([
    ['declarative', [/^@Table/]],
    ['extension', [/^export class User/, /^User\.init\(/]],
    ['classical', [/^export class User/, /^mapper\(User, \{/]],
    ['sql-builder', [/^export interface User/, /^users\(table, knex\) \{/]],
  ])('a model is all that makes it up: %s', (style, beginnings) => {
    const found = findModel(read(`apps/${style}/src/models.ts`), 'User');
    expect(found.map(({ text }) => text)).toEqual(
      beginnings.map((each) => expect.stringMatching(each)),
    );
    for (const { text } of found) expect(text).toMatch(/\n[}\]);,]+$/);
  });
});
