/** A statement as Knex has built it, with the places in its bindings where the values of a call belong. */
import { isDeepStrictEqual } from 'node:util';
import { ArgumentError, InvalidRequestError } from '@quartet/db-core';
import type { Knex } from 'knex';
import { describe, mapValues } from './arguments';
import { Placeholder } from './placeholder';

export type Build = (db: Knex, args: never) => unknown;

/** What a builder's `toSQL` gives: the text, its bindings, and how the answer is to be read. */
export interface KnexQuery {
  readonly sql: string;
  readonly bindings: readonly unknown[];
}

/** Members of a builder that Knex's types lack. */
interface Builder {
  readonly client: { readonly transacting?: boolean };
  readonly _connection?: unknown;
  toSQL(): KnexQuery & { readonly timeout?: number | false; readonly output?: unknown };
  queryContext(): unknown;
}

/** One binding: fixed, or from the values of a call. */
type Binding = (values: readonly unknown[]) => unknown;

export class CompiledStatement {
  /** The second argument of `postProcessResponse`. */
  readonly queryContext: unknown;
  /** Without the values. */
  readonly #query: Omit<KnexQuery, 'bindings'>;
  readonly #bindings: readonly Binding[];
  /** Places of the values that Knex takes as integers. */
  readonly #integers = new Set<number>();

  /** @throws InvalidRequestError where a statement depends on a value, or cannot be compiled. */
  constructor(db: Knex, build: Build, args: object) {
    const placeholders: Placeholder[] = [];
    const stood = mapValues(args, (i, path) => (placeholders[i] = new Placeholder(i, path)));
    const builder = builderOf(db, build, stood);
    const { bindings, ...query } = builder.toSQL();
    this.#query = query;
    this.queryContext = builder.queryContext();
    this.#bindings = this.#bind(bindings, placeholders);
    this.#compareWithPlain(db, build, args);
  }

  /** The statement of one call, for Knex's client. */
  with(values: readonly unknown[]): KnexQuery {
    return { bindings: this.#bindings.map((binding) => binding(values)), ...this.#query };
  }

  #bind(built: readonly unknown[], placeholders: readonly Placeholder[]): Binding[] {
    const missing = new Set(placeholders);
    const bind = (value: unknown): Binding => {
      const placeholder =
        value instanceof Placeholder
          ? value
          : placeholders.find(({ standIn }) => standIn === value);
      if (placeholder) {
        missing.delete(placeholder);
        const { index } = placeholder;
        if (placeholder === value) return (values) => values[index];
        this.#integers.add(index);
        return (values) => integer(values[index]);
      }
      if (!Array.isArray(value)) return () => value;
      const items = value.map(bind);
      return (values) => items.map((item) => item(values));
    };
    const bindings = built.map(bind);
    for (const placeholder of missing) throw placeholder.wasNotBound();
    return bindings;
  }

  /**
   * A comparison or a condition (`if (name)`) cannot be noticed, but what comes of it can: with the values
   * themselves the statement must be the same.
   */
  #compareWithPlain(db: Knex, build: Build, args: object): void {
    const values = describe(args).values.map(
      (value, i) => (this.#integers.has(i) && Number(value) === 0 ? 1 : value), // Knex leaves OFFSET 0 out
    );
    const { sql, bindings } = this.with(values);
    const plain = builderOf(
      db,
      build,
      mapValues(args, (i) => values[i]),
    ).toSQL();
    if (plain.sql === sql && isDeepStrictEqual(plain.bindings, bindings)) return;
    throw new InvalidRequestError(
      `The function of a compiled query builds a statement that depends on a value: '${plain.sql}' where '${sql}' is for all. ` +
        'It may ask what is undefined, null, true or false, and how long lists are; every other value it may only pass on.',
    );
  }
}

function builderOf(db: Knex, build: Build, args: object): Builder {
  const builder = build(db, args as never) as Builder;
  if (typeof builder?.toSQL !== 'function') throw unfit('gives back no builder of Knex');
  if (builder._connection || (builder.client.transacting && builder.client !== db.client))
    throw unfit('chooses a connection: give the transaction to the call instead');
  const query = builder.toSQL();
  if (Array.isArray(query) || query.output || !query.sql)
    throw unfit('builds no statement, several, or one whose answer Knex reads in its own way');
  if (query.timeout) throw unfit('sets a timeout');
  return builder;
}

/** @internal */
export function unfit(why: string): InvalidRequestError {
  return new InvalidRequestError(
    `The function of a compiled query ${why}. It gives back the builder of one statement; await other builders themselves.`,
  );
}

/** As Knex reads what `limit` and `offset` are given, but nothing passes silently. */
function integer(value: unknown): number {
  const number = Number.parseInt(String(value), 10);
  if (number >= 0) return number;
  throw new ArgumentError(`limit and offset take an integer from 0, not ${String(value)}.`);
}
