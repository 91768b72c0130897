import { Probe, createReferenceApp } from '@quartet/conformance';
import { createEngine } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase } from '@quartet/testing';
import { Books } from '../src/books';

let database: FreshDatabase;
let probe: Probe;
beforeAll(async () => {
  database = await freshDatabase('sqlite');
  const engine = createEngine(database.url);
  await createReferenceApp(engine); // it makes the tables
  await engine.execute("insert into users (name, email) values ('ana', 'a'), ('bo', 'b')");
  await engine.dispose();
  probe = await Probe.open('sqlite', database.url);
});
afterAll(async () => {
  await probe.close();
  await database.drop();
});

test('books that agree with the database balance', async () => {
  const books = new Books();
  books.user('ana', 'kept');
  books.user('bo', 'unknown'); // no answer came: the row may be there
  books.user('cy', 'gone');
  expect(await books.balance(probe)).toEqual({ kept: 1, unknown: 1, problems: [] });
});

test('a row that was answered but is missing, refused but there, or never requested is a problem', async () => {
  const books = new Books();
  books.user('lost', 'kept');
  books.user('ana', 'gone', 'merged');
  books.problems.push('500 once');
  expect((await books.balance(probe)).problems).toEqual([
    '500 once',
    'user lost: answered, and there 0 times',
    'user ana: refused or deleted, yet there (merged)',
    'user bo: there, though nobody asked for it',
  ]);
});
