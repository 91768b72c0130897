/** What the suite has to be given: the library bound to an engine, and its own way to say a few things. */
import type { Engine } from '@quartet/db-core';
import type { Class } from '@quartet/db-core/binding';
import type { LibraryCondition } from '@quartet/db-core/orm';

export interface Named {
  id: number;
  name: string;
  email: string;
}

export interface Item {
  id: number;
  userId: number;
  body: string;
  createdAt: Date;
}

/** A library bound to one engine, with classes for the tables of the four apps. */
export interface Bound {
  readonly User: Class<Named>;
  readonly Message: Class<Item>;
  createAll(): Promise<unknown>;
  dropAll(): Promise<unknown>;
  close(): Promise<unknown>;
  user(name: string, email: string): Named;
  /** @param author one that has a row, unless the library has relations. */
  message(author: Named, values: { body: string; createdAt?: Date }): Item;
  /** Names greater than this one, as the library's own condition. */
  above(name: string): LibraryCondition;
  /** Conditions in the library's own form that are none, by what is wrong with them. */
  readonly wrong: Readonly<Record<string, unknown>>;
  /** Conditions in the library's own form, and which of the users ana, bob, cleo, dan and 50% they give. */
  readonly right: readonly (readonly [string, LibraryCondition, string[]])[];
  /** The library's own calls, which no session is given. */
  insertUser(name: string, email: string): Promise<unknown>;
  renameUser(id: number, name: string): Promise<unknown>;
  countMessages(at: Date): Promise<number>;
  /** The library's own transaction. @param work is given a function that adds a user in it. */
  transaction(
    work: (add: (name: string) => Promise<unknown>) => Promise<unknown>,
  ): Promise<unknown>;
}

export interface Binding {
  bind(engine: Engine): Promise<Bound>;
  /** Whether a message saves and knows its author as an object. */
  readonly relations: boolean;
  /** Whether the library reports objects that its own calls have written. */
  readonly reportsOwnCalls: boolean;
  /** What the library prints when COMMIT of its own transaction is refused, if it prints something. */
  readonly warnsOfRefusedCommit?: RegExp;
  /** More ways to define the four tables, by name. */
  readonly schemas?: Readonly<
    Record<string, (engine: Engine) => Promise<Pick<Bound, 'createAll' | 'dropAll' | 'close'>>>
  >;
}

/** What the suites share: the bound library, once the tests run. */
export interface Subject {
  readonly binding: Binding;
  bound: Bound;
}
