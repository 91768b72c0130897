/** The same requests to a shop on a library alone and to the same shop on Quartet. */
import { request } from 'node:http';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase, TestServer } from '@quartet/testing';
import { freshDatabase, listen, testEngines, until } from '@quartet/testing';
import type { DataSourceOptions } from 'typeorm';
import * as knexAfter from '../src/before-and-after/knex/after';
import * as knexBefore from '../src/before-and-after/knex/before';
import * as sequelizeAfter from '../src/before-and-after/sequelize/after';
import * as sequelizeBefore from '../src/before-and-after/sequelize/before';
import type { Pay, Shop } from '../src/before-and-after/shop';
import * as typeormAfter from '../src/before-and-after/typeorm/after';
import * as typeormBefore from '../src/before-and-after/typeorm/before';

type Open = (url: string, name: EngineName, pay: Pay) => Promise<Shop>;
interface Library {
  readonly before: Open;
  readonly after: (engine: Engine, pay: Pay) => Promise<Shop>;
}

const fileOf = (url: string): string => url.slice('sqlite:///'.length);
const typeormOptions = (url: string, name: EngineName): DataSourceOptions =>
  name === 'sqlite'
    ? { type: 'better-sqlite3', database: fileOf(url) }
    : { type: name === 'postgres' ? 'postgres' : 'mysql', url };
const knexConfig = (url: string, name: EngineName) =>
  name === 'sqlite'
    ? { client: 'better-sqlite3', connection: { filename: fileOf(url) }, useNullAsDefault: true }
    : { client: name === 'postgres' ? 'pg' : 'mysql2', connection: url };

const LIBRARIES: Record<string, Library> = {
  Sequelize: {
    before: (url, _name, pay) => sequelizeBefore.openShop(url, pay),
    after: sequelizeAfter.openShop,
  },
  TypeORM: {
    before: (url, name, pay) => typeormBefore.openShop(typeormOptions(url, name), pay),
    after: typeormAfter.openShop,
  },
  Knex: {
    before: (url, name, pay) => knexBefore.openShop(knexConfig(url, name), pay),
    after: knexAfter.openShop,
  },
};

const CELLS = Object.keys(LIBRARIES).flatMap((library) =>
  testEngines()
    // Sequelize's own SQLite dialect needs the package `sqlite3`, which is compiled for minutes.
    .filter(({ name }) => library !== 'Sequelize' || name !== 'sqlite')
    .map(({ name }) => ({ library, name })),
);

describe.each(CELLS)('$library on $name', ({ library, name }) => {
  describe.each(['before', 'after'] as const)('%s', (side) => {
    const isAfter = side === 'after';
    let database: FreshDatabase;
    let observer: Engine;
    let shop: Shop;
    let server: TestServer;
    let pay: Pay;
    beforeAll(async () => {
      database = await freshDatabase(name);
      observer = createEngine(database.url);
      const { before, after } = LIBRARIES[library]!;
      const paying: Pay = (number) => pay(number);
      shop = isAfter
        ? await after(createEngine(database.url), paying)
        : await before(database.url, name, paying);
      server = await listen(shop.app);
    });
    afterAll(async () => {
      await server.close();
      await shop.close();
      await observer.dispose();
      await database.drop();
    });
    beforeEach(async () => {
      pay = () => Promise.resolve();
      for (const table of ['articles', 'orders', 'deliveries'])
        await observer.execute(`delete from ${table}`);
      expect(await post('/articles/book/2')).toBe(201);
    });

    const post = async (path: string): Promise<number> =>
      (await fetch(server.url + path, { method: 'POST' })).status;
    const stored = async (sql: string): Promise<unknown[]> =>
      (await observer.execute(sql)).scalars();
    const stock = async (): Promise<unknown> =>
      (await stored("select stock from articles where name = 'book'"))[0];
    const orders = () => stored('select number from orders');

    test('an order takes one, a number is taken once, and what is sold out is refused', async () => {
      expect(await post('/orders/1/book')).toBe(201);
      expect(await post('/orders/1/book')).toBe(500);
      expect(await stock()).toBe(1);
      expect(await post('/orders/2/book')).toBe(201);
      expect(await post('/orders/3/book')).toBe(409);
      expect(await orders()).toEqual([1, 2]);
    });

    test('a payment that fails between two writes of a transaction leaves nothing', async () => {
      pay = () => Promise.reject(new Error('The bank says no'));
      expect(await post('/orders/1/book')).toBe(500);
      expect(await stock()).toBe(2);
    });

    test('a delivery that is sent twice', async () => {
      expect(await post('/deliveries/1/book/10')).toBe(201);
      expect(await post('/deliveries/1/book/10')).toBe(500); // the second of two writes fails
      expect(await stock()).toBe(isAfter ? 12 : 22);
    });

    test('a client that leaves while it is paid', async () => {
      let paid!: () => void;
      const asked = new Promise<void>((begun) => {
        pay = () => new Promise<void>((resolve) => [(paid = resolve), begun()]);
      });
      const client = request(`${server.url}/orders/1/book`, { method: 'POST' });
      client.on('error', () => undefined); // it is us who leave
      client.end();
      await asked;
      client.destroy();
      if (isAfter) {
        // The bank has not answered yet, and the row is free for the next.
        pay = () => Promise.resolve();
        expect(await post('/orders/2/book')).toBe(201);
        paid(); // the order that was paid for too late is refused
        expect(await post('/orders/3/book')).toBe(201);
        expect(await orders()).toEqual([2, 3]);
        expect(await stock()).toBe(0);
      } else {
        paid();
        await until(async () => (await orders()).length === 1); // for somebody who does not know of it
        expect(await stock()).toBe(1);
      }
    });

    test('a request beside one that fails', async () => {
      let refuse!: (error: Error) => void;
      const asked = new Promise<void>((begun) => {
        pay = () => new Promise<void>((_resolve, reject) => [(refuse = reject), begun()]);
      });
      const failing = post('/orders/1/book');
      await asked;
      const beside = post('/articles/pen/5');
      const sharesConnection = library === 'TypeORM' && name === 'sqlite' && !isAfter;
      if (sharesConnection) await beside; // it is answered while the other's transaction is open
      refuse(new Error('The bank says no'));
      expect(await failing).toBe(500);
      expect(await beside).toBe(201);
      expect(await stored('select name from articles order by name')).toEqual(
        sharesConnection ? ['book'] : ['book', 'pen'], // what was answered with 201 is gone
      );
    });
  });
});
