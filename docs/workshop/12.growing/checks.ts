import { createEngine } from '@quartet/db-core';
import type { Check } from '../lib/check';
import { withFile } from '../lib/database';
import type * as Exercise from './solution/src/exercise';

const TABLE = ['create table visits (n integer)', 'insert into visits values (0)'];

/** What so many processes answer to ten visits each, and what is stored in the end. */
const visits = ({ openCounter }: typeof Exercise, processes: number) =>
  withFile(TABLE, async (url) => {
    const counters = await Promise.all(Array.from({ length: processes }, () => openCounter(url)));
    const numbers = await Promise.all(
      Array.from({ length: 10 }, () => counters.map((counter) => counter.visit())).flat(),
    );
    for (const counter of counters) await counter.close();
    const engine = createEngine(url);
    const stored = Number((await engine.execute('select n from visits')).scalar());
    await engine.dispose();
    return { numbers, stored };
  });

export const checks: readonly Check<typeof Exercise>[] = [
  {
    title: 'one process counts ten visits',
    given: true,
    run: async (exercise) => {
      const { stored } = await visits(exercise, 1);
      return stored === 10 ? undefined : `Ten visits are counted as ${stored}.`;
    },
  },
  {
    title: 'two processes count twenty',
    run: async (exercise) => {
      const { stored } = await visits(exercise, 2);
      return stored === 20
        ? undefined
        : `Two processes with ten visits each count ${stored}: each has a number of its own in memory and writes over the other's, so let the database add.`;
    },
  },
  {
    title: 'no two visitors get one number',
    run: async (exercise) => {
      const { numbers } = await visits(exercise, 2);
      const different = new Set(numbers).size;
      return different === 20
        ? undefined
        : `Of the numbers that twenty visitors got only ${different} are different: the number has to come from the statement that has changed it, by RETURNING.`;
    },
  },
];
