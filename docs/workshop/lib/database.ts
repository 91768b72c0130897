/** Databases for checks, gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine } from '@quartet/db-core';

/** @param statements what makes its tables and rows */
export async function withEngine<T>(
  statements: readonly string[],
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = createEngine('sqlite://', { poolSize: 2, idleInTransactionWarnMs: 0 });
  try {
    for (const sql of statements) await engine.execute(sql);
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** A database in a file, for exercises that open it themselves. */
export async function withFile<T>(
  statements: readonly string[],
  use: (url: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'quartet-workshop-'));
  const url = `sqlite:///${join(folder, 'app.db')}`;
  try {
    const engine = createEngine(url);
    for (const sql of statements) await engine.execute(sql);
    await engine.dispose();
    return await use(url);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
