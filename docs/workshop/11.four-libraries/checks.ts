import { createEngine, runInScope } from '@quartet/db-core';
import { outcome, type Check } from '../lib/check';
import { withFile } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLES = [
  'create table stock (article text, pieces integer)',
  "insert into stock values ('tea', 5)",
  'create table orders (number integer primary key, article text)',
];

/** The pieces and the orders that are there after these orders. */
const after = ({ openShop }: typeof Exercise, numbers: readonly number[]) =>
  withFile(TABLES, async (url) => {
    const shop = await openShop(url);
    for (const number of numbers) await outcome(runInScope(() => shop.order(number, 'tea')));
    await shop.close();
    const engine = createEngine(url);
    const one = async (sql: string): Promise<number> =>
      Number((await engine.execute(sql)).scalar());
    const counted = [
      await one('select pieces from stock'),
      await one('select count(*) from orders'),
    ];
    await engine.dispose();
    return counted;
  });

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'an order takes one piece',
    given: true,
    run: async (exercise) => {
      const [pieces, orders] = await after(exercise, [1]);
      return pieces === 4 && orders === 1
        ? undefined
        : `There are ${pieces} pieces and ${orders} orders, not 4 and 1.`;
    },
  },
  {
    title: 'an order that is refused takes none',
    run: async (exercise) => {
      const [pieces, orders] = await after(exercise, [1, 1]);
      return pieces === 4 && orders === 1
        ? undefined
        : `After one order and one that was refused there are ${pieces} pieces and ${orders} orders: the stock is in a transaction of its own, so bind both libraries to one engine.`;
    },
  },
];
