/** What a value of JavaScript is to each database, and how it comes back. */
import { ArgumentError } from '@quartet/db-core';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  const { name } = fixture;
  const text = { sqlite: 'text', postgres: 'text', mariadb: 'char' }[name];
  const read = async (sql: string, value?: unknown): Promise<unknown> =>
    (await fixture.engine.execute(sql, value === undefined ? undefined : [value])).scalar();

  beforeAll(() =>
    fixture.engine.execute('create table numbers (id bigint primary key, code varchar(20))'),
  );
  beforeEach(() => fixture.engine.execute('delete from numbers'));

  // PostgreSQL takes parameters as text and wants a type: it is given one here
  test('a whole number reaches text as a whole number', async () => {
    expect(await read(`select cast(? as ${text})`, 20095)).toBe('20095');
    expect(await read(`select cast(? as ${text})`, -7)).toBe('-7');
    await fixture.engine.execute('insert into numbers values (1, ?)', [20095]);
    expect(await read('select id from numbers where code = ?', '20095')).toEqual(
      name === 'postgres' ? '1' : 1,
    );
  });

  test.each(['9007199254740993', '-9007199254740993', '9223372036854775807'])(
    'the integer %s keeps its value and finds its row',
    async (id) => {
      await fixture.engine.execute('insert into numbers values (?, ?)', [BigInt(id), 'a']);
      const [row] = (await fixture.engine.execute('select * from numbers')).all();
      expect(row?.['id']).toBe(id);
      expect(await read('select code from numbers where id = ?', row?.['id'])).toBe('a');
      expect(await read('select count(*) from numbers where id = ?', BigInt(id))).toEqual(
        name === 'postgres' ? '1' : 1,
      );
    },
  );

  test('a column that is renamed is read by its name of today', async () => {
    await fixture.engine.execute("insert into numbers values (1, 'a')");
    expect((await fixture.engine.execute('select * from numbers')).columns).toEqual(['id', 'code']);
    await fixture.engine.execute('alter table numbers rename column code to label');
    expect((await fixture.engine.execute('select * from numbers')).columns).toEqual([
      'id',
      'label',
    ]);
    await fixture.engine.execute('alter table numbers rename column label to code');
  });

  if (name === 'postgres') return; // an array and an object are values there: of type array and json

  test.each<[string, unknown]>([
    ['an array', ['a', 'b']],
    ['an array in an array', [['a', 'b']]],
    ['an object', { a: 1 }],
    ['an object', { toSqlString: () => 'null' }],
    ['an object', new Map()],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['NaN', Number.NaN],
    ['an invalid Date', new Date(Number.NaN)],
    ['a bigint', 2n ** 64n],
  ])('%s is no value', async (what, value) => {
    const rows = fixture.engine.execute('select id from numbers where code = ? and id = ?', [
      'a',
      value,
    ]);
    await expect(rows).rejects.toThrow(ArgumentError);
    await expect(rows).rejects.toThrow(`number 2 is ${what.split(' in ')[0]}`);
  });

  test('bytes, instants and booleans are', async () => {
    const hex = (value: unknown): Promise<unknown> => read('select hex(?)', value);
    expect(await hex(Buffer.from('ab'))).toBe('6162');
    expect(await hex(new Uint8Array([1, 2, 3]).subarray(1))).toBe('0203');
    expect(await hex(new Uint8Array([1, 2]).buffer)).toBe('0102');
    expect(await read('select ? = 1', true)).toBe(1);
    expect(String(await read(`select cast(? as ${text})`, new Date(0)))).toMatch(
      /^1970-01-01[T ]00:00:00\.000/,
    );
  });
});
