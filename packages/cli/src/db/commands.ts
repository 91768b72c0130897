/** The commands of `npm run db:…`, each on one engine. They print results and throw errors. */
import { createInterface } from 'node:readline/promises';
import type { Engine } from '@quartet/db-core';
import { writeRowTypes } from '@quartet/db-knex/reflection';
import type { MigrationStatus } from '@quartet/migrations';
import { Migrator, tableNames } from '@quartet/migrations';
import { CommandError } from '../command-error';
import { isOwnFile } from '../database';
import type { Style } from '../styles';
import { openStyle } from '../styles';
import { adoptSame } from './adopt-same';
import { table } from './table';

export interface Request {
  readonly engine: Engine;
  readonly style: Style;
  readonly to: string | undefined;
  readonly all: boolean;
  readonly adopt: boolean;
  readonly skipStatement: boolean;
  readonly yes: boolean;
  readonly lockTimeoutMs: number;
  readonly out: string | undefined;
  readonly tables: string | undefined;
}

export type Command = (request: Request) => Promise<void>;

/** By the name after `db:`. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  migrate,
  rollback,
  status,
  reset,
  seed,
  reflect: ({ engine, out, tables }) => writeRowTypes(engine, { out, tables }),
};

async function migrate(request: Request): Promise<void> {
  const { engine, to, adopt, skipStatement } = request;
  const migrator = migratorOf(request);
  if (adopt) {
    const adopted = await migrator.adopt();
    console.log(`taken as applied: ${adopted.join(', ')}`);
    return;
  }
  if (isOwnFile()) {
    const adopted = await adoptSame(engine, migrator);
    if (adopted.length > 0)
      console.log(`the tables that npm start made are taken as migrated: ${adopted.join(', ')}`);
  }
  const applied = await migrator.migrate({ to, skipStatement });
  console.log(applied.length === 0 ? 'nothing to apply' : `${count(applied.length)} applied`);
}

async function rollback(request: Request): Promise<void> {
  const { to, all } = request;
  const undone = await migratorOf(request).rollback({ to, all });
  console.log(undone.length === 0 ? 'nothing to roll back' : `${count(undone.length)} rolled back`);
}

async function status(request: Request): Promise<void> {
  const migrator = migratorOf(request);
  const all = await migrator.status();
  console.log(
    table([
      ['migration', 'state', 'applied at'],
      ...all.map((each) => [each.name, describeState(each), describeInstant(each.appliedAt)]),
    ]),
  );
  if (await migrator.isAdoptable())
    console.log(
      `The tables are there, made by an app: "npm run db:migrate${isOwnFile() ? '' : ' -- --adopt'}" takes them as applied.`,
    );
}

async function reset(request: Request): Promise<void> {
  await confirmReset(request);
  const applied = await migratorOf(request).reset();
  console.log(`the tables are empty; ${count(applied.length)} applied`);
}

async function seed(request: Request): Promise<void> {
  const { engine, style } = request;
  const pending = (await migratorOf(request).status()).filter(({ state }) => state !== 'applied');
  if (pending.length > 0 && !(await migratorOf(request).isAdoptable()))
    throw new CommandError('tables are missing: run "npm run db:migrate" first.');
  // Imported here: only this command needs the contract, which loads Express.
  const { seedSampleData } = await import('@quartet/http-contract');
  const { queries } = await openStyle(style, engine);
  const seeded = await seedSampleData(queries);
  console.log(
    seeded
      ? `sample users and messages are in, through the ${style} style`
      : 'there are users already: nothing was added',
  );
}

function migratorOf({ engine, lockTimeoutMs }: Request): Migrator {
  return new Migrator(engine, {
    lockTimeoutMs,
    onWait: () => console.error('another migrator is at work on this database: waiting for it'),
    onDone: (name, direction) =>
      console.log(`${direction === 'up' ? 'applied' : 'undone '}  ${name}`),
  });
}

async function confirmReset({ engine, yes }: Request): Promise<void> {
  if (yes || isOwnFile()) return;
  const what = `this drops ${tableNames.join(', ')} in ${engine.url} with everything in them`;
  if (!process.stdin.isTTY) throw new CommandError(`${what}. Add --yes if that is meant.`, 2);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${what}.\nType yes to go on: `).catch(() => '');
  terminal.close();
  if (answer.trim() !== 'yes') throw new CommandError('nothing was done.');
}

function describeState({ state, done, total }: MigrationStatus): string {
  if (state === 'half done') return `half done (${done} of ${total} statements)`;
  return state === 'unknown' ? 'applied, but not in this checkout' : state;
}

function describeInstant(at: Date | undefined): string {
  return at ? at.toISOString().replace('T', ' ').replace(/\..*/, ' UTC') : '';
}

function count(n: number): string {
  return n === 1 ? '1 migration' : `${n} migrations`;
}
