/**
 * Nested transactions of a library and of the session that run side by side: whatever their order and whichever fails,
 * `commit()` never resolves with a row of a fulfilled one missing or one of a failed one there.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { PendingRollbackError, runInScope, transactional } from '@quartet/db-core';
import { expectWarning } from '@quartet/testing';
import type { Fixture } from './fixture';
import type { Subject } from './binding';

type Add = (name: string) => Promise<unknown>;

/** Runs a function in a nested transaction of its kind, which is given how to add a user in it. */
type Way = (work: (add: Add) => Promise<unknown>) => Promise<unknown>;

/** One nested transaction that is driven from outside, step by step. */
class Participant {
  readonly rows: string[] = [];
  kept = false;
  readonly #way: Way;
  readonly #name: string;
  readonly #steps: readonly (() => Promise<unknown>)[];
  #next = 0;
  #add: Add | undefined;
  #call: Promise<void> | undefined;
  #end: (failure?: Error) => void = () => undefined;
  #failure: Error | undefined;

  constructor(way: Way, { name, fails, writes }: { name: string; fails: boolean; writes: number }) {
    this.#way = way;
    this.#name = name;
    if (fails) this.#failure = new Error(`${name} changed its mind`);
    const write = (): Promise<void> => this.#write();
    this.#steps = [
      () => this.#begin(),
      ...Array.from({ length: writes }, () => write),
      () => this.finish(),
    ];
  }

  /** Whether it was refused although its code went well. */
  get refused(): boolean {
    return !this.kept && this.#failure === undefined;
  }

  step(): Promise<unknown> {
    return this.#steps[this.#next++]?.() ?? Promise.resolve();
  }

  async finish(): Promise<void> {
    this.#end(this.#failure);
    await this.#call;
  }

  async #begin(): Promise<void> {
    await new Promise<void>((entered) => {
      this.#call = this.#way(async (add) => {
        const inside = AsyncLocalStorage.snapshot();
        this.#add = (name) => inside(add, name);
        entered();
        await new Promise<void>((resolve, reject) => {
          this.#end = (failure) => (failure ? reject(failure) : resolve());
        });
      }).then(
        () => void (this.kept = true),
        () => entered(),
      );
    });
  }

  async #write(): Promise<void> {
    const name = `${this.#name}${this.rows.length}`;
    this.rows.push(name);
    await this.#add?.(name).catch((error: Error) => (this.#failure = error));
  }
}

/** The orders in which two can take their steps. */
function orders(a: number, b: number): number[][] {
  if (a === 0 || b === 0) return [[...Array<number>(a).fill(0), ...Array<number>(b).fill(1)]];
  return [
    ...orders(a - 1, b).map((rest) => [0, ...rest]),
    ...orders(a, b - 1).map((rest) => [1, ...rest]),
  ];
}

export function describeOverlap(fixture: Fixture, subject: Subject): void {
  const stored = async (): Promise<unknown[]> =>
    (await fixture.engine.execute('select name from users order by name')).scalars();

  const ways: Readonly<Record<string, Way>> = {
    'the library’s transaction': (work) => subject.bound.transaction(work),
    'beginNested around its calls': (work) =>
      fixture.Session.beginNested(() => work((name) => subject.bound.insertUser(name, name))),
    'NESTED with objects': (work) =>
      transactional(
        fixture.Session,
        () =>
          work(async (name) => {
            fixture.Session.add(subject.bound.user(name, name));
            await fixture.Session.flush();
          }),
        { propagation: 'NESTED' },
      ),
  };
  const [ofLibrary] = Object.keys(ways);
  const pairs = Object.keys(ways).flatMap((a) => Object.keys(ways).map((b) => [a, b] as const));

  test.each(pairs)('%s beside %s: nothing that was kept is lost', async (nameA, nameB) => {
    const outcomes = { kept: 0, refused: 0, byLibrary: 0 };
    const every = fixture.name === 'sqlite' ? 2 : 5;
    for (const [i, order] of orders(4, 3).entries()) {
      if (i % every !== 0) continue;
      await runInScope(async () => {
        const { Session } = fixture;
        const before = i % 4 !== 0 || `${nameA}${nameB}`.includes('NESTED');
        if (before) await subject.bound.insertUser('before', 'before');
        const a = new Participant(ways[nameA] as Way, { name: 'a', fails: i % 3 === 0, writes: 2 });
        const b = new Participant(ways[nameB] as Way, { name: 'b', fails: true, writes: 1 });
        const both = [a, b];
        // Those whose first steps come one after the other are begun at once.
        const together = order[0] !== order[1];
        if (together) await Promise.all([a.step(), b.step()]);
        for (const turn of together ? order.slice(2) : order) await both[turn]?.step();
        for (const each of both) await each.finish();
        const refusal: unknown = await Session.commit().catch((error: unknown) => error);
        if (refusal) {
          expect(refusal).toBeInstanceOf(PendingRollbackError);
          await Session.rollback();
        }
        outcomes[refusal ? 'refused' : 'kept']++;
        if (nameA === ofLibrary && a.refused) outcomes.byLibrary++;
        const rows = both.flatMap((each) => (each.kept ? each.rows : []));
        expect(await stored()).toEqual(
          refusal ? [] : [...rows, ...(before ? ['before'] : [])].sort(),
        );
      });
      await fixture.engine.execute('delete from users');
    }
    expect(outcomes.kept).toBeGreaterThan(0);
    const { warnsOfRefusedCommit } = subject.binding;
    if (outcomes.byLibrary > 0 && warnsOfRefusedCommit) expectWarning(warnsOfRefusedCommit);
  });
}
