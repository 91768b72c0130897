/** Texts made at random, read by the rules of every database: nothing is lost, and what stands in a literal is no SQL. */
import * as fc from 'fast-check';
import type { DialectName } from '@quartet/db-core';
import { createStatementReader } from '../src/sql/statement';
import type { TokenKind } from '../src/sql/tokens';
import { scan } from '../src/sql/tokens';
import { RULES } from './lexical-rules';

const DIALECTS: DialectName[] = ['sqlite', 'postgresql', 'mysql'];

/** Pieces out of which texts are put together, most of them half a literal. */
const anything = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        '"',
        '`',
        '[',
        ']',
        '--',
        '#',
        '/*',
        '*/',
        '/*!50000 ',
        '/*M!',
        '$$',
        '$é$',
        '$1',
        ':a',
        '::',
        '?',
        '@',
        '\\',
        '\n',
        '\r',
        '\uFEFF',
        ' ',
        ';',
        '(',
        ')',
        'E',
        'select',
        'commit',
        'é',
        '1',
        '1.5',
        '-',
        '/',
        '*',
        ':',
        '$',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** Control words and the beginnings of everything, but no end of a literal. */
const words = fc
  .array(
    fc.constantFrom(
      'COMMIT',
      ';',
      '; COMMIT;',
      'rollback',
      'BEGIN',
      'savepoint a',
      'for update',
      'insert into t',
      'create table t',
      '(',
      ')',
      ' ',
      '\n',
      'ü',
      '1',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(' '));

const nested = fc.letrec<{ comment: string; inner: string }>((tie) => ({
  comment: tie('inner').map((text) => `/*${text}*/`),
  inner: fc
    .array(fc.oneof({ depthSize: 'small' }, words, tie('comment')), { maxLength: 3 })
    .map((parts) => parts.join(' ')),
})).comment;

const tag = fc
  .array(fc.constantFrom('a', 'B', '_', 'é', 'ж', '語', '9'), { maxLength: 6 })
  .map((letters) => letters.join('').replace(/^9+/, ''));

const comments: Record<DialectName, fc.Arbitrary<string>> = {
  sqlite: fc.oneof(
    words.map((text) => `/*${text}*/`),
    words.map((text) => `--${text.replaceAll('\n', ' ')}\n`),
  ),
  postgresql: fc.oneof(
    nested,
    words.map((text) => `--${text.replaceAll('\n', ' ')}\r`),
    words.map((text) => `--${text.replaceAll('\n', ' ')}\n`),
  ),
  mysql: fc.oneof(
    words.map((text) => `/* ${text}*/`),
    words.map((text) => `#${text.replaceAll('\n', ' ')}\n`),
    words.map((text) => `--\t${text.replaceAll('\n', ' ')}\n`),
  ),
};

const literals: Record<DialectName, fc.Arbitrary<string>> = {
  sqlite: words.chain((text) =>
    fc.constantFrom(`'${text}'`, `"${text}"`, `[${text}]`, `\`${text}\``, `'''${text}'`),
  ),
  postgresql: fc.oneof(
    words.chain((text) =>
      fc.constantFrom(`'${text}'`, `"${text}"`, `E'\\'${text}'`, `e'a'\n '\\'${text}'`, `'\\'`),
    ),
    fc.tuple(words, tag).map(([text, name]) => `$${name}$${text} '$${name}$`),
  ),
  mysql: words.chain((text) =>
    fc.constantFrom(`'${text}'`, `"${text}"`, `"\\"${text}"`, `'\\'${text}'`, `\`${text}\``),
  ),
};

const spaces = fc.constantFrom('', ' ', '\n', '\t', '\r\n');

describe.each(DIALECTS)('on %s', (dialect) => {
  const rules = RULES[dialect];
  const read = createStatementReader(rules);
  const noise = fc
    .array(fc.oneof(comments[dialect], spaces), { maxLength: 4 })
    .map((parts) => parts.join(''));

  test('the tokens of a text are the text', () => {
    fc.assert(
      fc.property(anything, (sql) => {
        const tokens = scan(sql, rules);
        expect(tokens.map(({ start, end }) => sql.slice(start, end)).join('')).toBe(sql);
        expect(tokens.every(({ start, end }) => start < end)).toBe(true);
        expect(() => read(sql).isPlainRead).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test('a literal or a comment is one token, whatever stands in it', () => {
    const one = (kind: TokenKind[], made: fc.Arbitrary<string>): void =>
      fc.assert(
        fc.property(made, (text) => {
          const [space, token, end] = scan(` ${text} `, rules);
          expect([space?.kind, end?.kind]).toEqual(['space', 'space']);
          expect(kind).toContain(token?.kind);
          expect(token).toMatchObject({ start: 1, end: text.length + 1, closed: true });
        }),
      );
    one(['comment'], comments[dialect]);
    one(['string', 'name'], literals[dialect]);
  });

  test('words in literals and comments never control the transaction, nor make several statements', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, literals[dialect]), { minLength: 1, maxLength: 4 }),
        noise,
        (values, end) => {
          const sql = `select ${values.map((parts) => parts.join('')).join(',')}${end};${end}`;
          const statement = read(sql);
          expect(statement.control).toBeUndefined();
          expect(statement).toMatchObject({ several: false, isScript: false, opens: false });
          expect(statement).toMatchObject({ endsImplicitly: false, changesSchema: false });
        },
      ),
    );
  });

  test('comments and white space before control, in it and behind it leave it what it is', () => {
    const control = fc.constantFrom(
      'begin',
      'START TRANSACTION READ ONLY',
      'set transaction isolation level serializable',
      'COMMIT',
      'end',
      'Rollback',
      'savepoint a',
      'rollback to savepoint a',
      'RELEASE a',
    );
    fc.assert(
      fc.property(control, noise, noise, noise, (sql, before, between, behind) => {
        const noisy = `${before} ${sql.replaceAll(' ', ` ${between} `)} ${behind}; ${behind}`;
        expect(read(noisy).control).toEqual(read(sql).control);
        expect(read(noisy).control).toBeDefined();
        expect(read(noisy).opens).toBe(read(sql).opens);
      }),
    );
  });

  test('control behind another statement is never overlooked', () => {
    fc.assert(
      fc.property(noise, literals[dialect], noise, (before, value, between) => {
        const sql = `${before} select ${value}; ${between} COMMIT`;
        expect(() => read(sql).control).toThrow('mixes transaction control');
      }),
    );
  });
});
