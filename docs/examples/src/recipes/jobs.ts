/** Jobs after commit: what may be lost in a hook, what may not in an outbox. */
import type { Engine } from '@quartet/db-core';
import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindKnex, createAll as createTables, primaryId } from '@quartet/db-knex';
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';
import { errorHandler } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';

export const Session = scopedSession(sessionmaker());

export class Order {
  id!: number;
  number!: number;
}
mapper(Order, {
  tableName: 'orders',
  columns: {
    id: { type: Number, primary: true, generated: true },
    number: { type: Number, unique: true, nullable: false },
  },
});

export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  await createAll(await bindTypeorm(engine, { entities: [Order] }));
  const knex = bindKnex(engine);
  // #region table
  await createTables(knex, {
    jobs(table) {
      primaryId(knex, table);
      table.string('kind', 20).notNullable();
      table.integer('order_number').notNullable();
      table.double('free_at').notNullable().defaultTo(0); // milliseconds: a worker has it until then
    },
  });
  // #endregion
}

/** @param toScreens tells the shop's screens, which show the last orders; one that misses it shows the next */
export function createApp(engine: Engine, toScreens: (text: string) => Promise<void>): Express {
  const knex = bindKnex(engine);
  const app = express();
  initApp(app);
  // #region route
  app.post('/orders/:number', async (req, res) => {
    const number = Number(req.params.number);
    Session.add(Object.assign(new Order(), { number }));
    await knex('jobs').insert({ kind: 'confirmation', order_number: number }); // with the order, or not at all
    Session.afterCommit(() => {
      toScreens(`order ${number}`).catch((error) => console.error(error)); // the order is kept whatever happens here
    });
    await Session.commit();
    res.status(201).json({ number });
  });
  // #endregion
  app.use(noteErrors, errorHandler());
  return app;
}

// #region worker
export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly order_number: number;
  readonly free_at: number;
}
const LEASE_MS = 60_000; // longer than the work takes

/** Does the oldest job that is free. @returns whether there was one: a worker calls it again then, else waits a little. */
export async function doOneJob(
  engine: Engine,
  work: (job: Job) => Promise<void>, // may run twice: a mail with the job's id as its message id, a charge with an idempotency key
  now = Date.now(),
): Promise<boolean> {
  const knex = bindKnex(engine);
  return runInScope(async () => {
    const job = await take();
    if (!job) return false;
    await work(job); // no transaction is open, no connection is held
    await knex('jobs').where({ id: job.id }).delete();
    await Session.commit();
    return true;
  });

  async function take(): Promise<Job | undefined> {
    for (;;) {
      const free = knex('jobs').where('free_at', '<=', now);
      const job = await free.orderBy('id').first<Job | undefined>();
      await Session.release(); // what follows sees what others have done since
      if (!job) return undefined;
      const { id, free_at } = job;
      const taken = await knex('jobs')
        .where({ id, free_at })
        .update({ free_at: now + LEASE_MS });
      await Session.commit();
      if (taken === 1) return job; // else another worker was faster
    }
  }
}
// #endregion
