/** A counter of visits. */
import { createEngine } from '@quartet/db-core';

export interface Counter {
  /** @returns the how-manieth visit it is */
  visit(): Promise<number>;
  close(): Promise<void>;
}

export async function openCounter(url: string): Promise<Counter> {
  const engine = createEngine(url);
  return {
    async visit() {
      const visits = await engine.execute('update visits set n = n + 1 returning n');
      return Number(visits.scalar());
    },
    close: () => engine.dispose(),
  };
}
