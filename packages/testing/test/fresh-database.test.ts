import { existsSync } from 'node:fs';
import { freshDatabase, testEngines } from '@quartet/testing';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';

type Run = (url: string, statement: string) => Promise<unknown>;

const run: Record<'sqlite' | 'postgresql' | 'mysql', Run> = {
  async sqlite(url, statement) {
    const database = new Database(url.slice('sqlite:///'.length));
    try {
      database.exec(statement);
    } finally {
      database.close();
    }
  },
  async postgresql(url, statement) {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  },
  async mysql(url, statement) {
    const connection = await createConnection(url);
    try {
      await connection.query(statement);
    } finally {
      await connection.end();
    }
  },
};

describe.each(testEngines())('on $name', ({ name, dialect }) => {
  test('two suites never share a database, and drop removes it', async () => {
    const [one, other] = await Promise.all([freshDatabase(name), freshDatabase({ name })]);
    expect(one.url.startsWith(`${dialect}://`)).toBe(true);
    await run[dialect](one.url, 'create table marks (id int)');
    await expect(run[dialect](other.url, 'select * from marks')).rejects.toThrow(/marks/);
    await Promise.all([one.drop(), other.drop()]);
    await expect(run[dialect](one.url, 'select 1')).rejects.toThrow(
      /does not exist|Unknown database/,
    );
  });
});

test('on sqlite nothing is left on the disk', async () => {
  const { url, drop } = await freshDatabase('sqlite');
  const folder = url.slice('sqlite:///'.length).replace(/\/test\.db$/, '');
  expect(existsSync(folder)).toBe(true);
  await drop();
  expect(existsSync(folder)).toBe(false);
});
