/** What a reader of the articles types first, and what TypeScript says of it: each line marked is an error of the compiler, and refused at run time. */
import type { Query } from '@quartet/db-core/orm';
import { ArgumentError, createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { columns, not, or } from '@quartet/db-core/orm';
import { Item, mapItems, Part } from './item';

const engine = createEngine('sqlite://');
const Session = scopedSession(sessionmaker({ bind: engine }));
mapItems(engine, Session);
const query: Query<Item> = sessionmaker({ bind: engine })().query(Item);
const { id, name } = columns(Item);
const part = columns(Part);

const wrong: Record<string, () => unknown> = {
  // @ts-expect-error -- a boolean
  'filter(Item.name == …)': () => query.filter(Item.name === 'nobody'),
  // @ts-expect-error -- a boolean, and of a column
  'filter(name === …)': () => query.filter(name === 'nobody'),
  // @ts-expect-error -- a function that gives a boolean
  'filter((item) => …)': () => query.filter((item: Item) => item.name === 'nobody'),
  // @ts-expect-error -- a promise
  'filter(promise)': () => query.filter(Promise.resolve({ name: 'a' })),
  // @ts-expect-error -- a map
  'filter(map)': () => query.filter(new Map([['name', 'a']])),
  // @ts-expect-error -- a date
  'filter(date)': () => query.filter(new Date()),
  // @ts-expect-error -- a text
  'filter(text)': () => query.filter("name = 'nobody'"),
  // @ts-expect-error -- a number
  'filter(number)': () => query.filter(123),
  // @ts-expect-error -- nothing
  'filter(undefined)': () => query.filter(undefined),
  // @ts-expect-error -- a column that is not compared
  'filter(name)': () => query.filter(name),
  // @ts-expect-error -- a column of another class
  'filter(part.id.eq(1))': () => query.filter(part.id.eq(1)),
  // @ts-expect-error -- an order
  'filter(name.desc())': () => query.filter(name.desc()),
  // @ts-expect-error -- a boolean
  'filterBy(boolean)': () => query.filterBy(Item.name === 'nobody'),
  // @ts-expect-error -- a property that is not there
  'filterBy({ nme })': () => query.filterBy({ nme: 'a' }),
  // @ts-expect-error -- a number for a text
  'filterBy({ name: 0 })': () => query.filterBy({ name: 0 }),
  // @ts-expect-error -- a property that is not there
  "orderBy('nme')": () => query.orderBy('nme'),
  // @ts-expect-error -- a property that is not there
  'columns(Item).nme': () => columns(Item).nme,
  // @ts-expect-error -- a text for a number
  "id.gt('3')": () => query.filter(id.gt('x')),
  // @ts-expect-error -- a text for a list
  "name.in('a')": () => query.filter(name.in('a')),
  // @ts-expect-error -- a column of numbers
  "id.like('1%')": () => query.filter(id.like('1%')),
  // @ts-expect-error -- a boolean
  'not(boolean)': () => not(Item.name === 'a'),
  // @ts-expect-error -- a boolean
  'or(boolean)': () => or(Item.name === 'a', name.eq('b')),
  // @ts-expect-error -- a comparison by JavaScript
  'id > 3': () => query.filter(id > 3),
};

afterAll(() => engine.dispose());

test.each(Object.keys(wrong))('%s is refused', (line) => {
  expect(wrong[line]).toThrow(ArgumentError);
});

test('calls that take no condition are refused', async () => {
  // @ts-expect-error -- takes nothing
  await expect(query.first({ name: 'a' })).rejects.toThrow(ArgumentError);
  // @ts-expect-error -- takes nothing
  await expect(query.all({ name: 'a' })).rejects.toThrow(ArgumentError);
  // @ts-expect-error -- a query that is not asked
  await expect((async () => void (await query))()).rejects.toThrow(/not asked/);
});
