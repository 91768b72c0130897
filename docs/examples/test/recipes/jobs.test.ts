import { expectWarning } from '@quartet/testing';
import type { Job } from '../../src/recipes/jobs';
import { createApp, doOneJob, initDb } from '../../src/recipes/jobs';
import { gate, onEachEngine } from './support';

let toScreens: (text: string) => Promise<void>;

onEachEngine(
  async (engine) => {
    await initDb(engine);
    return createApp(engine, (text) => toScreens(text));
  },
  (stage) => {
    let shown: string[];
    beforeEach(() => {
      shown = [];
      toScreens = async (text) => void shown.push(text);
    });
    const order = async (number: number) => (await stage.ask('POST', `/orders/${number}`)).status;
    const jobs = () => stage.stored('select order_number from jobs order by id');

    test('an order that is refused tells nobody and leaves no job', async () => {
      toScreens = async (text) => {
        expect(await stage.stored('select number from orders')).toEqual([1]); // it is there for everybody
        shown.push(text);
      };
      expect(await order(1)).toBe(201);
      expect(await order(1)).toBe(409);
      expect(shown).toEqual(['order 1']);
      expect(await jobs()).toEqual([1]);
    });

    test('an order is kept where its hook fails', async () => {
      expectWarning('the screens are off');
      toScreens = () => Promise.reject(new Error('the screens are off'));
      expect(await order(2)).toBe(201);
      expect(await jobs()).toEqual([1, 2]);
    });

    test('two workers at once do two jobs, each once, and hold no connection meanwhile', async () => {
      const done: number[] = [];
      const working = gate();
      const work = async ({ order_number }: Job): Promise<void> => {
        done.push(order_number);
        if (done.length === 2) {
          expect(stage.engine.status().inUse).toBe(0);
          working.open();
        }
        await working.pass();
      };
      expect(await Promise.all([1, 2].map(() => doOneJob(stage.engine, work)))).toEqual([
        true,
        true,
      ]);
      expect(done.toSorted((a, b) => a - b)).toEqual([1, 2]);
      expect(await doOneJob(stage.engine, work)).toBe(false);
      expect(await jobs()).toEqual([]);
    });

    test('a job whose worker fails stays, and is done again when its time is over', async () => {
      await order(3);
      const begun = Date.now();
      const fails = doOneJob(stage.engine, () => Promise.reject(new Error('no mail today')), begun);
      await expect(fails).rejects.toThrow('no mail today');
      const done: number[] = [];
      const work = async (job: Job): Promise<void> => void done.push(job.order_number);
      expect(await doOneJob(stage.engine, work, begun + 59_000)).toBe(false); // the first may still be at it
      expect(await doOneJob(stage.engine, work, begun + 61_000)).toBe(true);
      expect(done).toEqual([3]);
      expect(await jobs()).toEqual([]);
    });
  },
);
