/** A counter of visits. */
import { createEngine } from '@quartet/db-core';

export interface Counter {
  /** @returns the how-manieth visit it is */
  visit(): Promise<number>;
  close(): Promise<void>;
}

export async function openCounter(url: string): Promise<Counter> {
  const engine = createEngine(url);
  let visits = Number((await engine.execute('select n from visits')).scalar());
  return {
    async visit() {
      visits += 1;
      await engine.execute('update visits set n = ?', [visits]);
      return visits;
    },
    close: () => engine.dispose(),
  };
}
