/**
 * Statements that a library has built and not sent, such as Knex's builders and `raw`: `execute` runs them as it runs a text.
 *
 * Ports SQLAlchemy's `connection.execute(users.insert(), …)`.
 *
 * @see https://knexjs.org/guide/interfaces.html#tosql
 */
import type { CompiledStatement, Params } from './placeholders';
import { ArgumentError } from '../errors/errors';

/** What a library has built: Knex's builders, `knex.raw(…)` and schema calls of one statement, Drizzle's queries. */
export interface Built {
  /** The statement and its values, as the library says them. */
  toSQL(): unknown;
}

/** What `execute` takes: the text of a statement, or one that was built. */
export type Executable = string | Built;

type Compile<Given> = (given: Given, params?: Params) => CompiledStatement;

/** What `toSQL()` answers: Knex's `bindings`, Drizzle's `params`. */
interface Compiled {
  readonly sql?: unknown;
  readonly bindings?: readonly unknown[];
  readonly params?: readonly unknown[];
  /** Knex's: the statement in the words of its database's driver. */
  toNative?(): { readonly sql: string; readonly bindings?: readonly unknown[] };
}

/** The database that a statement must have been built for. */
export interface BuiltFor {
  readonly name: string;
  /** What libraries call it. */
  readonly called: RegExp;
}

/** A compiler for texts and for what was built for `database`. @param compile the one for texts. */
export function executableCompiler(
  database: BuiltFor,
  compile: Compile<string>,
): Compile<Executable> {
  return (given, params) => {
    if (typeof given === 'string') return compile(given, params);
    if (!isBuilt(given)) throw notExecutable(given);
    assertFor(database, given);
    const built = only(given.toSQL());
    const values = built.bindings ?? built.params ?? [];
    if (values.length === 0) {
      const { sql } = built.toNative?.() ?? built;
      return compile(sql as string, params);
    }
    if (params !== undefined)
      throw new ArgumentError(
        "This statement was built with values, so execute() takes no others: give all of them to the builder, knex('users').insert([{ … }, { … }]), " +
          `or build it without any, knex.raw('… values (:name)'). Statement: ${String(built.sql)}`,
      );
    if (!built.toNative || nameOf(given) === undefined) return compile(built.sql as string, values);
    const { sql, bindings = [] } = built.toNative();
    return { sql, params: bindings };
  };
}

function isBuilt(given: unknown): given is Built {
  return typeof (given as { toSQL?: unknown } | undefined | null)?.toSQL === 'function';
}

/** @throws ArgumentError for several statements, and for one that its library makes up only when it runs. */
function only(answer: unknown): Compiled & { readonly sql: string } {
  const statements = [answer].flat() as readonly (Compiled | null | undefined)[];
  const [first] = statements;
  if (statements.length === 1 && typeof first?.sql === 'string' && first.sql !== '')
    return first as Compiled & { readonly sql: string };
  throw new ArgumentError(
    `execute() runs one statement, and what was built is ${statements.length > 1 ? statements.length : 'none that can be known before it runs'}: ` +
      'await the builder itself, which runs in the same transaction.',
  );
}

/** The name that the builder's library has for its database, where it tells one. */
function nameOf(built: Built): string | undefined {
  const { client, dialect } = built as {
    readonly client?: { readonly dialect?: unknown };
    readonly dialect?: object;
  };
  const name = client?.dialect ?? dialect?.constructor.name;
  return typeof name === 'string' ? name : undefined;
}

function assertFor(database: BuiltFor, built: Built): void {
  const name = nameOf(built);
  if (name === undefined || database.called.test(name)) return;
  throw new ArgumentError(
    `This statement was built for ${name}, and the engine's database is ${database.name}: their texts differ. ` +
      'Build it with the library that is bound to this engine, such as bindKnex(engine).',
  );
}

function notExecutable(given: unknown): ArgumentError {
  const takes = 'execute() takes the text of a statement, or one that was built and not sent yet';
  if (typeof (given as { then?: unknown } | null | undefined)?.then === 'function')
    return new ArgumentError(
      `${takes}, not a promise: a statement that is awaited or has .then() is sent by its library. Give the builder itself: execute(knex('users').insert({ … })).`,
    );
  if (Array.isArray(given))
    return new ArgumentError(
      `${takes}, not a list of ${given.length}: that is what a statement answers that has run already. Leave out the await before the builder: execute(knex('users').insert({ … })).`,
    );
  const what = given === null ? 'null' : typeof given;
  return new ArgumentError(
    `${takes} (it has toSQL()), not ${what === 'object' ? `an object of ${(given as object).constructor?.name ?? 'no class'}` : what}.`,
  );
}
