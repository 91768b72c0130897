/** Statements made at random: what looks like a placeholder is one exactly where SQL says that a value may stand. */
import * as fc from 'fast-check';
import type { DialectName } from '@quartet/db-core';
import { placeholderCompiler } from '../src/sql/placeholders';
import { RULES } from './lexical-rules';

/** What may stand inside a literal without ending it, placeholders among it. */
const inside = fc
  .array(
    fc.constantFrom(
      ':1',
      ':name',
      '?',
      '$1',
      '$2',
      '::int',
      ' ',
      'a',
      '-',
      '/',
      '*',
      ':',
      '%',
      'ü',
      '😀',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((text) => !/--|\/\*|\*\//.test(text));

interface Piece {
  readonly text: string;
  readonly isValue: boolean;
}

const text = (made: fc.Arbitrary<string>): fc.Arbitrary<Piece> =>
  made.map((sql) => ({ text: sql, isValue: false }));

/** Everything that hides placeholders, on every dialect. */
const everywhere = [
  text(fc.constantFrom('a', 'b.c', '1', '+', '(', ')', ',', '=')),
  text(inside.map((words) => `'${words}'`)),
  text(inside.map((words) => `'it''s ${words}'`)),
  text(inside.map((words) => `"${words}"`)),
  text(inside.map((words) => `-- ${words}\n`)),
  text(inside.map((words) => `/* ${words} */`)),
];

const own: Record<DialectName, fc.Arbitrary<Piece>[]> = {
  sqlite: [text(inside.map((words) => `[${words}]`)), text(inside.map((words) => `\`${words}\``))],
  mysql: [
    text(inside.map((words) => `# ${words}\n`)),
    text(inside.map((words) => `'\\' ${words}'`)),
    text(inside.map((words) => `\`${words}\``)),
  ],
  postgresql: [
    text(inside.filter((words) => !/\$/.test(words)).map((words) => `$$${words}$$`)),
    text(
      inside.filter((words) => !words.includes('$body$')).map((words) => `$body$ ${words} $body$`),
    ),
    text(
      inside
        .filter((words) => !words.includes('$'))
        .map((words) => `$größe_1$ $$ ${words} $größe_1$`),
    ),
    text(inside.map((words) => `E'\\' ${words}'`)),
    text(inside.map((words) => `/* /* ${words} */ */`)),
    text(fc.constantFrom('a::int', 'now()::date', "'1'::text", 'x[1:2]')),
  ],
};

const VALUE: Piece = { text: '', isValue: true };

function statements(dialect: DialectName): fc.Arbitrary<Piece[]> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...everywhere, ...own[dialect]) },
    { weight: 1, arbitrary: fc.constant(VALUE) },
  );
  return fc.array(piece, { minLength: 1, maxLength: 12 });
}

const write = (pieces: readonly Piece[], value: (n: number) => string): string => {
  let n = 0;
  return pieces.map((piece) => (piece.isValue ? value(++n) : piece.text)).join(' ');
};

const DIALECTS: [DialectName, (n: number) => string][] = [
  ['sqlite', () => '?'],
  ['mysql', () => '?'],
  ['postgresql', (n) => `$${n}`],
];

describe.each(DIALECTS)('on %s', (dialect, placeholder) => {
  const compile = placeholderCompiler(RULES[dialect], placeholder);

  test.each([
    ['?', () => '?'],
    ['$1', (n: number) => `$${n}`],
    [':1', (n: number) => `:${n}`],
  ])('%s is a placeholder where a value stands, and text everywhere else', (_name, style) => {
    fc.assert(
      fc.property(statements(dialect), (pieces) => {
        const values = pieces.filter(({ isValue }) => isValue).map((_, i) => `value ${i}`);
        const compiled = compile(write(pieces, style), values);
        expect(compiled).toEqual({ sql: write(pieces, placeholder), params: values });
      }),
      { numRuns: 500 },
    );
  });

  test(':name is bound by name, as often as it stands there', () => {
    fc.assert(
      fc.property(statements(dialect), (pieces) => {
        const params = { odd: 1, even: 2 };
        const name = (n: number): keyof typeof params => (n % 2 ? 'odd' : 'even');
        const compiled = compile(
          write(pieces, (n) => `:${name(n)}`),
          params,
        );
        const values = pieces.filter(({ isValue }) => isValue).map((_, i) => params[name(i + 1)]);
        expect(compiled).toEqual({ sql: write(pieces, placeholder), params: values });
      }),
      { numRuns: 500 },
    );
  });

  test('no text whatever makes the compiler hang, or bind a value that is not there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (sql) => {
        try {
          const { params } = compile(sql, ['only']);
          expect(params.every((value) => value === 'only')).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ARGUMENT' });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
