/**
 * Schedules of nested transactions that overlap on one connection, run step by step on a real database, and the law they
 * must keep: if `commit()` resolves, the rows of every fulfilled call are there, and none of one that was rolled back.
 */
import type { Connection, Engine } from '@quartet/db-core';
import { AsyncLocalStorage } from 'node:async_hooks';
import { deferred } from './support';

/** In which way an owner begins its nested transaction; `plain` statements have none. */
export type Way = 'nested' | 'library' | 'savepoint' | 'plain';

/** What an owner does between begin and end; the last two fail. */
export type Move = 'write' | 'read' | 'duplicate' | 'failing read';

export interface Owner {
  readonly way: Way;
  readonly moves: readonly Move[];
  readonly end: 'commit' | 'rollback';
  /** The owner whose `beginNested` its code stands in. */
  readonly inside?: number | undefined;
}

export interface Schedule {
  readonly owners: readonly Owner[];
  /** Whose turn it is; each owner comes once for each move, once to begin and once to end. */
  readonly turns: readonly number[];
  /** Turns that are taken at once with the one before. */
  readonly together?: readonly boolean[];
  /** Whether the session has written before. */
  readonly before: boolean;
}

interface Row {
  readonly name: string;
  readonly of: Actor;
  /** Other owners of whom it cannot be told whether the row was written inside theirs. */
  readonly perhapsOf: readonly Actor[];
}

/** Runs code as if it stood where this was made. */
type Place = <T>(work: () => T) => T;

/** One owner while a schedule runs. */
class Actor {
  readonly given: Owner;
  readonly name: string;
  /** The owner whose beginNested its code stands in; none where that was not begun before. */
  around: Actor | undefined;
  readonly owner: object | undefined;
  readonly #connection: Connection;
  #step = 0;
  begun = false;
  /** Whether its call was fulfilled as kept; undefined as long as it is not settled. */
  kept: boolean | undefined;
  /** Inside its beginNested. */
  inside: Place | undefined;
  readonly #body = deferred();
  #over: Promise<void> | undefined;

  constructor(given: Owner, name: string, connection: Connection, around: Actor | undefined) {
    this.given = given;
    this.name = name;
    this.around = around;
    this.owner = given.way === 'library' || given.way === 'savepoint' ? {} : undefined;
    this.#connection = connection;
  }

  /** What it does in its next turn. */
  next(): Move | 'begin' | 'end' {
    const first = this.given.way === 'plain' ? [] : (['begin'] as const);
    return [...first, ...this.given.moves][this.#step++] ?? 'end';
  }

  /** Runs one statement where the code of this owner stands. */
  run(sql: string): Promise<unknown> {
    return this.#place(() =>
      this.owner
        ? this.#connection.run(sql, [], async (driver) => driver.execute(sql, []), this.owner)
        : this.#connection.execute(sql),
    );
  }

  #place<T>(work: () => T): T {
    const place = this.inside ?? this.around?.inside;
    return place ? place(work) : work();
  }

  async begin(): Promise<void> {
    if (!this.around?.inside) this.around = undefined;
    const { way, end } = this.given;
    if (way !== 'nested') {
      await this.run(way === 'library' ? 'begin' : `savepoint ${this.name}`);
      this.begun = true;
      return;
    }
    const entered = deferred();
    const call = this.#place(() =>
      this.#connection.beginNested(async () => {
        this.inside = AsyncLocalStorage.snapshot();
        this.begun = true;
        entered.resolve();
        await this.#body.promise;
        if (end === 'rollback') throw new Error(`${this.name} gives up`);
      }),
    );
    this.#over = call.then(
      () => void (this.kept = true),
      (error: unknown) => {
        this.kept = false;
        if ((error as Error).message !== `${this.name} gives up`) throw error;
      },
    );
    await Promise.race([entered.promise, this.#over]);
  }

  async end(): Promise<void> {
    const { way, end } = this.given;
    if (way === 'plain') this.kept = true;
    if (this.kept !== undefined || !this.begun) return;
    if (way === 'nested') {
      this.#body.resolve();
      return this.#over;
    }
    let refused: unknown;
    if (end === 'commit') {
      try {
        await this.run(way === 'library' ? 'commit' : `release savepoint ${this.name}`);
        this.kept = true;
        return;
      } catch (error) {
        refused = error; // and then rolled back, as libraries do
      }
    }
    this.kept = false;
    const undoing = this.run(way === 'library' ? 'rollback' : `rollback to savepoint ${this.name}`);
    if (refused) await undoing.catch(() => undefined);
    else await undoing;
    if (refused) throw refused as Error;
  }

  /** Whether it is over, with all around it, and was kept. */
  get isKept(): boolean {
    return this.kept === true && (this.around?.isKept ?? true);
  }

  get hasFailed(): boolean {
    return this.kept === false || (this.around?.hasFailed ?? false);
  }
}

export interface Outcome {
  readonly committed: boolean;
  /** What commit() was refused with. */
  readonly refusal?: Error;
  /** What the steps of the schedule were rejected with. */
  readonly errors: readonly Error[];
  readonly log: readonly string[];
  /** How the law was broken. */
  readonly faults: readonly string[];
}

/** Runs a schedule in a transaction of its own, with rows in items(name unique), and leaves the table empty. */
export async function follow(engine: Engine, schedule: Schedule): Promise<Outcome> {
  const connection = engine.connect({ autobegin: true, keepsConnection: false });
  const actors: Actor[] = [];
  schedule.owners.forEach((given, i) => {
    const around = given.inside === undefined ? undefined : actors[given.inside];
    actors.push(new Actor(given, `o${i}`, connection, around));
  });
  const rows: Row[] = [];
  const errors: Error[] = [];
  const log: string[] = [];
  const faults: string[] = [];

  const insert = (name: string): string => `insert into items (name) values ('${name}')`;
  const write = async (actor: Actor): Promise<void> => {
    const name = `${actor.name}_${rows.length}_${log.length}`;
    const perhapsOf =
      actor.owner === undefined
        ? actors.filter((other) => other.owner && other.begun && other.kept === undefined)
        : [];
    if (actor.given.way === 'plain' && !actor.around?.inside) actor.around = undefined;
    await actor.run(insert(name));
    rows.push({ name, of: actor, perhapsOf });
  };
  const take = async (index: number): Promise<void> => {
    const actor = actors[index] as Actor;
    const step = actor.next();
    log.push(`${actor.name} ${step}`);
    const at = log.length - 1;
    try {
      if (step === 'begin') await actor.begin();
      else if (step === 'end') await actor.end();
      else if (step === 'write') await write(actor);
      else if (step === 'read') await actor.run('select count(*) from items');
      else if (step === 'duplicate') await actor.run(insert('first'));
      else await actor.run('select no_such_column from items');
    } catch (error) {
      log[at] += ` (${(error as Error).message})`;
      if (/There is no savepoint/.test(log[at] ?? '')) faults.push('refused without its cause');
      errors.push(error as Error);
    }
  };

  try {
    if (schedule.before) await connection.execute(insert('first'));
    for (const batch of batches(schedule)) await Promise.all(batch.map(take));
    for (const actor of [...actors].reverse())
      await actor.end().catch((error: unknown) => errors.push(error as Error));
    const refusal = await connection.commit().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const before = refusal && (await stored(engine));
    if (before && before.length > 0) faults.push(`refused, and there is ${before.join()}`);
    if (refusal) {
      if (!/nested transaction|statement of this transaction had failed/.test(refusal.message))
        faults.push(`refused without a cause: ${refusal.message}`);
      await connection.rollback();
      await connection.execute(insert('afterwards'));
      await connection.commit();
      const after = await stored(engine);
      if (after.join() !== 'afterwards')
        faults.push(`refused and rolled back, and there is ${after.join()}`);
    } else {
      const there = new Set(await stored(engine));
      if (schedule.before && !there.has('first')) faults.push('first is lost');
      for (const { name, of, perhapsOf } of rows) {
        const told = perhapsOf.every((other) => !other.hasFailed);
        if (of.isKept && told && !there.has(name)) faults.push(`${name} is lost`);
        if (of.hasFailed && there.has(name)) faults.push(`${name} was rolled back and is there`);
      }
    }
    return { committed: !refusal, ...(refusal && { refusal }), errors, log, faults };
  } finally {
    await connection.close();
    await engine.execute('delete from items');
  }
}

/** The turns that are taken at once. An owner's own come one after the other, and none before the beginNested around it. */
function batches({ owners, turns, together }: Schedule): number[][] {
  const all: number[][] = [];
  turns.forEach((turn, i) => {
    const last = all.at(-1);
    const inside = owners[turn]?.inside;
    if (
      last &&
      together?.[i] &&
      !last.includes(turn) &&
      (inside === undefined || !last.includes(inside))
    )
      last.push(turn);
    else all.push([turn]);
  });
  return all;
}

async function stored(engine: Engine): Promise<string[]> {
  return (await engine.execute('select name from items order by name')).scalars<string>();
}

/** The turns of owners in every order: for [2, 1] these are [0,0,1], [0,1,0] and [1,0,0]. */
export function interleavings(counts: readonly number[]): number[][] {
  if (counts.every((count) => count === 0)) return [[]];
  return counts.flatMap((count, owner) =>
    count === 0
      ? []
      : interleavings(counts.map((each, i) => (i === owner ? each - 1 : each))).map((rest) => [
          owner,
          ...rest,
        ]),
  );
}
