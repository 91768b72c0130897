/** Values are only ever bound: whatever they are, they come back as they were, on every engine. */
import * as fc from 'fast-check';
import { DataError } from '@quartet/db-core';
import { onEachEngine } from './support';

const RUNS = { numRuns: 60 };
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((value) => !value.includes('\0') && value === value.trim() && value !== '');

onEachEngine((fixture) => {
  // MariaDB's default collation takes all rare characters for one and the same.
  const binary = fixture.name === 'mariadb' ? 'collate utf8mb4_nopad_bin' : '';
  beforeAll(() =>
    fixture.engine.execute(`create table words (name varchar(50) ${binary}, n integer)`),
  );

  test('text and whole numbers, bound by position and by name', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(name, fc.option(fc.integer()), fc.boolean(), async (text, n, byName) => {
        if (seen.has(text)) return;
        seen.add(text);
        if (byName)
          await fixture.engine.execute('insert into words (name, n) values (:text, :n)', {
            text,
            n,
          });
        else await fixture.engine.execute('insert into words (name, n) values (?, ?)', [text, n]);
        const rows = await fixture.engine.execute('select name, n from words where name = $1', [
          text,
        ]);
        expect({ ...rows.one() }).toEqual({ name: text, n });
      }),
      RUNS,
    );
    const count = await fixture.engine.execute('select count(*) from words');
    expect(Number(count.scalar())).toBe(seen.size);
  });

  test('fractions keep every digit', async () => {
    const cast = { sqlite: 'real', postgres: 'double precision', mariadb: 'double' }[fixture.name];
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        const { engine } = fixture;
        const read = (await engine.execute(`select cast(? as ${cast})`, [value])).scalar<number>();
        expect(read === value).toBe(true); // -0 is 0 to a database
      }),
      RUNS,
    );
  });

  test('a NUL inside text is kept or refused, never cut off', async () => {
    const outcome = await fixture.engine
      .execute('insert into items (name) values (?)', ['a\0b'])
      .catch((error: unknown) => error);
    if (fixture.name === 'postgres') expect(outcome).toBeInstanceOf(DataError);
    else expect(await fixture.names()).toEqual(['a\0b']);
  });
});
