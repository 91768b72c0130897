/**
 * `User.query`: the same few calls for the classes of every library, each answered by the library itself.
 * A query never changes; every call gives a new one.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/queryguide/query.html
 */
import type { Identity, Mapper, Select } from './mapper';
import { ArgumentError, MultipleResultsFound, NoResultFound } from '../errors/errors';
import { NotFoundError } from './not-found-error';
import type { PaginateOptions, Pagination, RequestedPage } from './pagination';
import { paginate } from './pagination';

const EVERYTHING: Select = { equal: [], where: [], orderBy: [] };

/** What a query asks of its session. */
export interface QuerySession {
  /** Runs a read: pending objects are flushed first, errors are translated. */
  load<T>(fn: () => Promise<T>): Promise<T>;
  /** The page and size that hold where `paginate()` is given none. */
  requestedPage?(): RequestedPage;
}

/** `name`, or `-name` for descending. */
export type Ordering<T> = (string & keyof T) | `-${string & keyof T}`;

export class Query<T extends object> {
  readonly #session: QuerySession;
  readonly #mapper: Mapper<T>;
  readonly #select: Select;

  constructor(session: QuerySession, mapper: Mapper<T>, select: Select = EVERYTHING) {
    this.#session = session;
    this.#mapper = mapper;
    this.#select = select;
  }

  /** Rows whose properties equal these values; null means IS NULL. Several calls narrow further. */
  filterBy(equal: { readonly [K in keyof T]?: T[K] | null }): this {
    return this.#with({ equal: [...this.#select.equal, equal] });
  }

  /**
   * A condition in the library's own form: Sequelize `WhereOptions`, TypeORM `FindOptionsWhere`,
   * a Knex callback. Several calls narrow further.
   */
  filter(where: unknown): this {
    return this.#with({ where: [...this.#select.where, where] });
  }

  /** Sorts by property, `-property` for descending; later calls break ties of earlier ones. */
  orderBy(...orderings: Ordering<T>[]): this {
    const added = orderings.map((ordering) =>
      ordering.startsWith('-')
        ? ([ordering.slice(1), 'desc'] as const)
        : ([ordering, 'asc'] as const),
    );
    return this.#with({ orderBy: [...this.#select.orderBy, ...added] });
  }

  limit(limit: number): this {
    return this.#with({ limit: atLeastZero('limit', limit) });
  }

  offset(offset: number): this {
    return this.#with({ offset: atLeastZero('offset', offset) });
  }

  all(): Promise<T[]> {
    return this.#session.load(() => this.#mapper.find(this.#select));
  }

  async first(): Promise<T | undefined> {
    return (await this.limit(Math.min(1, this.#select.limit ?? 1)).all())[0];
  }

  /** @throws NoResultFound, MultipleResultsFound */
  async one(): Promise<T> {
    const found = await this.oneOrNone();
    if (found === undefined)
      throw new NoResultFound(`No ${this.#mapper.name} was found when one was required`);
    return found;
  }

  /** @throws MultipleResultsFound */
  async oneOrNone(): Promise<T | undefined> {
    const found = await this.limit(Math.min(2, this.#select.limit ?? 2)).all();
    if (found.length > 1) {
      throw new MultipleResultsFound(
        `Several ${this.#mapper.name} objects were found where at most one was expected`,
      );
    }
    return found[0];
  }

  /** The object with this primary key, or undefined; the query's conditions do not apply. */
  get(id: Identity): Promise<T | undefined> {
    return this.#session.load(() => this.#mapper.get(id));
  }

  /** How many rows match; `limit` and `offset` do not apply. */
  count(): Promise<number> {
    return this.#session.load(() => this.#mapper.count(this.#select));
  }

  // --- for views: nothing found is the client's mistake, and a 404 ------------------------------

  /** As `get`. @throws NotFoundError with `description` for the client. */
  async getOr404(id: Identity, description?: string): Promise<T> {
    return (await this.get(id)) ?? notFound(description);
  }

  /** As `first`. @throws NotFoundError with `description` for the client. */
  async firstOr404(description?: string): Promise<T> {
    return (await this.first()) ?? notFound(description);
  }

  /** As `one`. @throws NotFoundError with `description` for the client, when there is none and when there are several. */
  async oneOr404(description?: string): Promise<T> {
    const [found, another] = await this.limit(Math.min(2, this.#select.limit ?? 2)).all();
    return found && !another ? found : notFound(description);
  }

  /**
   * One page. Where none is given here, the session's `requestedPage` says which: that of the request, in an app of express-sequelize.
   *
   * @throws NotFoundError by the rules of {@link PaginateOptions.errorOut}.
   * @example
   * const page = await User.query.orderBy('id').paginate();
   * res.json({ items: page.items, total: page.total, pages: page.pages });
   */
  paginate(options: PaginateOptions = {}): Promise<Pagination<T>> {
    const requested = this.#session.requestedPage?.();
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

  #with(change: Partial<Select>): this {
    const { constructor } = this as unknown as {
      constructor: new (session: QuerySession, mapper: Mapper<T>, select: Select) => unknown;
    };
    return new constructor(this.#session, this.#mapper, { ...this.#select, ...change }) as this;
  }
}

function atLeastZero(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ArgumentError(`${name} must be a whole number of at least 0, not ${value}.`);
}

function notFound(description: string | undefined): never {
  throw new NotFoundError(description);
}
