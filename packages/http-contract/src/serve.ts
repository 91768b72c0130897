/** Starts one of the demo's apps as a process: `serve` of express-service, a SQLite file and sample data. */
import { mkdirSync } from 'node:fs';
import type { Engine } from '@quartet/db-core';
import type { ServeOptions as CommonOptions } from '@quartet/express-service';
import { serve as serveApp } from '@quartet/express-service';
import type { Express } from 'express';
import type { Queries } from './queries';
import { seedSampleData } from './sample-data';

export interface ServeOptions extends Omit<CommonOptions, 'name' | 'databaseUrl'> {
  readonly style: string;
  /** The style's queries: the sample data goes through them. */
  readonly queries: Queries;
}

/**
 * As `serve` of express-service, and
 * - `DATABASE_URL` defaults to a SQLite file `./data/<style>.db`, whose folder is made,
 * - `SEED`: `off` adds no sample data; `on` adds it to a database of your own too, when it has no users.
 *
 * @example
 * void serve(createApp, { style: 'classical', port: 4103, queries });
 */
export function serve(
  createApp: (engine: Engine) => Promise<Express>,
  { style, queries, ...options }: ServeOptions,
): Promise<void> {
  const { DATABASE_URL, SEED } = process.env;
  const seeded = async (engine: Engine): Promise<Express> => {
    if (SEED !== undefined && SEED !== 'on' && SEED !== 'off')
      throw new Error(`SEED is '${SEED}', but must be 'on' or 'off'.`);
    const own = DATABASE_URL !== undefined;
    if (!own) mkdirSync('data', { recursive: true });
    const app = await createApp(engine);
    if (own ? SEED === 'on' : SEED !== 'off') await seedSampleData(queries);
    return app;
  };
  return serveApp(seeded, { ...options, name: style, databaseUrl: `sqlite:///data/${style}.db` });
}
