/**
 * `User.query`: the same few calls for the classes of every library, each answered by the library itself.
 * A query never changes; every call gives a new one.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html
 */
import { inspect } from 'node:util';
import type { Column, Order } from './column';
import type { Identity, Mapper, Select } from './mapper';
import type { PaginateOptions, Pagination } from './pagination';
import type { LibraryCondition, Ordering, QuerySession, Values } from './query-types';
import {
  ArgumentError,
  InvalidRequestError,
  MultipleResultsFound,
  NoResultFound,
} from '../errors/errors';
import { isPlain } from '../sql/plain-object';
import { assertKnownOptions } from '../errors/unknown-option';
import { Condition } from './condition';
import { pageByKey, type KeyPage, type KeyPageOptions } from './key-page';
import { NotFoundError } from './not-found-error';
import { paginate, PAGINATE_OPTIONS } from './pagination';
import { noCondition } from './refusals';
import {
  assertCondition,
  assertEqual,
  assertRelation,
  assertValues,
  changed,
  EVERYTHING,
  orderOf,
} from './select';

/**
 * What `User.query` and `Session.query(User)` give: the same few calls for the classes of every library, each answered by the library
 * itself. A query never changes; every call gives a new one.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html
 */
export class Query<T extends object> {
  readonly #session: QuerySession;
  readonly #mapper: Mapper<T>;
  readonly #select: Select;

  constructor(session: QuerySession, mapper: Mapper<T>, select: Select = EVERYTHING) {
    this.#session = session;
    this.#mapper = mapper;
    this.#select = select;
  }

  /**
   * Rows whose properties equal these values; null means IS NULL. Several calls narrow further.
   *
   * @throws ArgumentError for a property that is no column, and for a value that does not fit it.
   */
  filterBy(equal: Values<T>): this {
    assertEqual(this.#mapper, equal);
    return this.#with({ equal: [...this.#select.equal, equal] });
  }

  /**
   * Rows for which all these conditions hold: made of columns, `name.eq('admin')`, or in the library's own form (Sequelize
   * `WhereOptions`, TypeORM `FindOptionsWhere`, a Knex callback). Several calls narrow further.
   *
   * @throws ArgumentError for what is neither, or would match every row.
   * @example
   * const { name } = columns(User);
   * await User.query.filter(name.eq('admin')).first();
   */
  filter(...conditions: readonly (Condition<T> | LibraryCondition)[]): this {
    if (conditions.length === 0) throw noCondition(this.#mapper, undefined);
    for (const condition of conditions) assertCondition(this.#mapper, condition);
    const own = conditions.filter((condition) => condition instanceof Condition);
    const foreign = conditions.filter((condition) => !(condition instanceof Condition));
    return this.#with({
      conditions: [...this.#select.conditions, ...own],
      where: [...this.#select.where, ...foreign],
    });
  }

  /**
   * Sorts by property, `'-name'` or `name.desc()` for descending; later calls break ties of earlier ones.
   *
   * @throws ArgumentError for what is no column.
   */
  orderBy(...orderings: readonly (Ordering<T> | Order<T> | Column<T, unknown>)[]): this {
    const added = orderings.map((ordering) => orderOf(this.#mapper, ordering));
    return this.#with({ orderBy: [...this.#select.orderBy, ...added] });
  }

  /**
   * Reads objects along that these lead to, in the library's own way (`include`, `relations`): `message.user` is there
   * without a statement for each message. A path leads further: `user.messages`.
   *
   * @throws ArgumentError for what is no relation, and where the library has none.
   * @example
   * const messages = await Message.query.with('user').orderBy('-createdAt').limit(10).all();
   */
  with(...relations: readonly string[]): this {
    for (const relation of relations) assertRelation(this.#mapper as unknown as Mapper, relation);
    return this.#with({ relations: [...new Set([...this.#select.relations, ...relations])] });
  }

  /**
   * Locks the rows that are read until the transaction ends, so that what is computed from them and written back is not
   * lost: others who lock or change them wait. On SQLite, which has one writer at a time, it takes that one's turn.
   *
   * @param options.read others may lock and read the rows too, and nobody may change them.
   * @throws InvalidRequestError where the library's binding cannot lock rows.
   * @see https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html#sqlalchemy.orm.Query.with_for_update
   * @example
   * const account = await Account.query.filterBy({ id }).withForUpdate().one();
   */
  withForUpdate(options: { readonly read?: boolean } = {}): this {
    assertKnownOptions('option of withForUpdate()', options, { read: true });
    const { name, engine, locksRows = false } = this.#mapper;
    if (!locksRows && engine.dialect.facts.rowLocks)
      throw new InvalidRequestError(
        `The binding of ${name} cannot lock rows: send a statement with FOR UPDATE by Session.execute(), or by the library.`,
      );
    return this.#with({ lock: options.read ? 'share' : 'update' });
  }

  /** So many objects at most. */
  limit(limit: number): this {
    return this.#with({ limit: atLeastZero('limit', limit) });
  }

  /** Passes over so many objects first. */
  offset(offset: number): this {
    return this.#with({ offset: atLeastZero('offset', offset) });
  }

  /**
   * Every object that is selected.
   *
   * @throws InvalidRequestError for a lock together with relations.
   */
  all(): Promise<T[]> {
    return rejecting(() => {
      this.#assertBare('all', arguments);
      const { engine } = this.#mapper;
      const { lock, relations } = this.#select;
      if (lock && relations.length > 0)
        throw new InvalidRequestError(
          'withForUpdate() locks rows of one table: read what its relations lead to by another query.',
        );
      const locksRows = engine.dialect.facts.rowLocks;
      const select = locksRows ? this.#select : this.#unlocked;
      const find = (): Promise<T[]> => this.#session.load(() => this.#mapper.find(select));
      return lock && !locksRows ? this.#session.beginWrite(engine).then(find) : find();
    });
  }

  /** The first object; undefined where there is none. */
  async first(): Promise<T | undefined> {
    this.#assertBare('first', arguments);
    return (await this.limit(Math.min(1, this.#select.limit ?? 1)).all())[0];
  }

  /** @throws NoResultFound, MultipleResultsFound */
  async one(): Promise<T> {
    this.#assertBare('one', arguments);
    const found = await this.oneOrNone();
    if (found === undefined)
      throw new NoResultFound(`No ${this.#mapper.name} was found when one was required`);
    return found;
  }

  /** @throws MultipleResultsFound */
  async oneOrNone(): Promise<T | undefined> {
    this.#assertBare('oneOrNone', arguments);
    const found = await this.limit(Math.min(2, this.#select.limit ?? 2)).all();
    if (found.length > 1) {
      throw new MultipleResultsFound(
        `Several ${this.#mapper.name} objects were found where at most one was expected`,
      );
    }
    return found[0];
  }

  /** The object with this primary key, or undefined. @throws InvalidRequestError after `filter` and the like. */
  get(id: Identity): Promise<T | undefined> {
    return rejecting(() => {
      if (this.#select !== EVERYTHING)
        throw new InvalidRequestError(
          `get() finds a row by its key alone, whatever the query's conditions are: ${this.#mapper.name}.query.get(id), ` +
            `or filterBy({ ${this.#mapper.primaryKey[0]}: id }).first() with conditions.`,
        );
      return this.#session.load(() => this.#mapper.get(id));
    });
  }

  /** How many rows match; `limit` and `offset` do not apply. */
  count(): Promise<number> {
    return rejecting(() => {
      this.#assertBare('count', arguments);
      return this.#session.load(() => this.#mapper.count(this.#unlocked));
    });
  }

  /** All of them, read by one statement: `for await (const user of User.query) …`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    yield* await this.all();
  }

  // --- writing by one statement -----------------------------------------------------------------

  /**
   * Deletes the rows that match. Objects that were read before do not know.
   *
   * @returns how many
   * @throws InvalidRequestError after `limit`, `offset` or `orderBy`.
   */
  async delete(): Promise<number> {
    this.#assertBare('delete', arguments);
    this.#assertWhole('delete');
    return this.#session.load(() => this.#mapper.deleteAll(this.#select));
  }

  /**
   * Sets these values in the rows that match. Objects that were read before keep theirs.
   *
   * @returns how many rows matched
   * @throws ArgumentError for a property that is no column, and for a value that does not fit it.
   * @throws InvalidRequestError after `limit`, `offset` or `orderBy`.
   */
  async update(values: Values<T>): Promise<number> {
    assertValues(this.#mapper, values);
    this.#assertWhole('update');
    return this.#session.load(() => this.#mapper.updateAll(this.#select, values));
  }

  // --- for views: nothing found is the client's mistake, and a 404 ------------------------------

  /** As `get`. @throws NotFoundError with `description` for the client. */
  async getOr404(id: Identity, description?: string): Promise<T> {
    return (await this.get(id)) ?? this.#notFound(description);
  }

  /** As `first`. @throws NotFoundError with `description` for the client. */
  async firstOr404(description?: string): Promise<T> {
    this.#assertDescription('firstOr404', description);
    return (await this.first()) ?? this.#notFound(description);
  }

  /** As `one`. @throws NotFoundError with `description` for the client, when there is none and when there are several. */
  async oneOr404(description?: string): Promise<T> {
    this.#assertDescription('oneOr404', description);
    const [found, another] = await this.limit(Math.min(2, this.#select.limit ?? 2)).all();
    return found && !another ? found : this.#notFound(description);
  }

  /**
   * One page. Where none is given here, the session's `requestedPage` says which: that of the request, in an app of express-sequelize.
   *
   * @throws NotFoundError by the rules of {@link PaginateOptions.errorOut}.
   * @throws ArgumentError for an unknown option.
   * @example
   * const page = await User.query.orderBy('id').paginate();
   * res.json({ items: page.items, total: page.total, pages: page.pages });
   */
  async paginate(options: PaginateOptions = {}): Promise<Pagination<T>> {
    const given: unknown = options;
    const { name } = this.#mapper;
    if (!isPlain(given) || Object.getOwnPropertySymbols(given).length > 0)
      throw noCondition(this.#mapper, given, 'paginate()');
    assertKnownOptions(`option of ${name}.query.paginate()`, options, PAGINATE_OPTIONS);
    const isByOffset = options.limit !== undefined || options.offset !== undefined;
    const requested = isByOffset ? undefined : this.#session.requestedPage?.();
    return paginate(
      {
        items: (limit, offset) => this.limit(limit).offset(offset).all(),
        count: () => this.count(),
      },
      {
        ...options,
        page: options.page ?? requested?.page,
        perPage: options.perPage ?? requested?.perPage,
      },
    );
  }

  /**
   * One page by key: the items behind (`after`) or in front of (`before`) a place that another page has given. The list is sorted
   * by `orderBy`, and by the primary key behind it. Instants are compared as JavaScript has them, to the millisecond.
   *
   * @throws NotFoundError for a place that is none of this list, as a client may send; ArgumentError for an unknown option.
   * @throws InvalidRequestError after `limit` or `offset`.
   * @example
   * const page = await Message.query.orderBy('-createdAt').paginateByKey({ after: req.query.after });
   * res.json({ items: page.items, next: page.next });
   */
  async paginateByKey(options: KeyPageOptions = {}): Promise<KeyPage<T>> {
    const { orderBy, limit, offset, conditions } = this.#select;
    if (limit !== undefined || offset !== undefined)
      throw new InvalidRequestError('paginateByKey() sets the limit itself, and needs no offset.');
    return pageByKey(this.#mapper, orderBy, options, (order, place, size) =>
      this.#with({ orderBy: order, conditions: [...conditions, ...place], limit: size }).all(),
    );
  }

  // --- a query that was not asked ---------------------------------------------------------------

  /** Awaited, it would be itself. @throws InvalidRequestError */
  // oxlint-disable-next-line unicorn/no-thenable -- so that it is noticed
  then<R>(_fulfilled: unknown, rejected?: (reason: unknown) => R): Promise<R> {
    return Promise.reject<R>(this.#notAsked('awaited')).catch(rejected as (reason: unknown) => R);
  }

  /** As JSON it would be `{}`. @throws InvalidRequestError */
  toJSON(): never {
    throw this.#notAsked('written as JSON');
  }

  /** `<Query of User, not asked yet: .all(), .first(), .count()>` */
  toString(): string {
    return `<Query of ${this.#mapper.name}, not asked yet: .all(), .first(), .count()>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  get #unlocked(): Select {
    const select = this.#select;
    return select.lock === undefined ? select : { ...select, lock: undefined };
  }

  #notFound(description: string | undefined): never {
    throw new NotFoundError(description, this.#mapper.name);
  }

  #notAsked(how: string): InvalidRequestError {
    return new InvalidRequestError(
      `A query of ${this.#mapper.name} was ${how}, but not asked: await its .all(), .first(), .one() or .count().`,
    );
  }

  /** `first({ name })` would give the first of all. */
  #assertBare(call: string, given: IArguments): void {
    if (given.length > 0) throw noCondition(this.#mapper, given[0], `${call}()`);
  }

  #assertDescription(call: string, given: unknown): void {
    if (given !== undefined && typeof given !== 'string')
      throw noCondition(this.#mapper, given, `${call}()`);
  }

  #assertWhole(call: string): void {
    const { limit, offset, orderBy, relations, lock } = this.#select;
    const asksForOne = [limit, offset, lock].some((given) => given !== undefined);
    if (!asksForOne && orderBy.length === 0 && relations.length === 0) return;
    throw new InvalidRequestError(
      `${call}() takes all rows that match: limit, offset, orderBy, with and withForUpdate cannot be given. Narrow it by filter() or filterBy().`,
    );
  }

  #with(change: Partial<Select>): this {
    const { constructor } = this as unknown as {
      constructor: new (session: QuerySession, mapper: Mapper<T>, select: Select) => unknown;
    };
    return new constructor(this.#session, this.#mapper, changed(this.#select, change)) as this;
  }
}

function atLeastZero(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ArgumentError(`${name} must be a whole number of at least 0, not ${value}.`);
}

/** What an async function would do, without its promise around the one that is given. */
function rejecting<T>(read: () => Promise<T>): Promise<T> {
  try {
    return read();
  } catch (error) {
    return Promise.reject(error as Error);
  }
}
