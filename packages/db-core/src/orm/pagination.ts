/**
 * One page of a list and the numbers around it, for lists of every style. Ports Flask-SQLAlchemy's
 * `Pagination` with the rules of its documentation.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/pagination/
 */
import { NotFoundError } from './not-found-error';

/** Which page, and how many items are on one. NaN stands for what is no number, and is treated as a page below 1. */
export interface RequestedPage {
  /** Counted from 1. Default 1. */
  readonly page?: number | undefined;
  /** Items on a page. Default 20. */
  readonly perPage?: number | undefined;
}

export interface PaginateOptions extends RequestedPage {
  /** The most that `perPage` may be. Default 100; undefined for the default, Infinity for no limit. */
  readonly maxPerPage?: number;
  /**
   * Throw {@link NotFoundError} for a page or size that is no whole number of at least 1, and for a page past the end
   * (but the first). Otherwise the defaults stand in and the page is empty. Default true.
   */
  readonly errorOut?: boolean;
  /** Ask how many there are in all: a second statement. Without, `total` is undefined and `pages` 0. Default true. */
  readonly count?: boolean;
}

/** For the check of what `paginate()` of a query is given. */
export const PAGINATE_OPTIONS: Readonly<Record<keyof PaginateOptions, true>> = {
  page: true,
  perPage: true,
  maxPerPage: true,
  errorOut: true,
  count: true,
};

/** Where the items come from. */
export interface PageSource<T> {
  items(limit: number, offset: number): Promise<T[]>;
  /** How many there are in all. */
  count(): Promise<number>;
}

/** How many page numbers `iterPages` gives at both ends and around the current one. */
export interface IterPagesOptions {
  /** Default 2. */
  readonly leftEdge?: number;
  /** Default 2. */
  readonly leftCurrent?: number;
  /** Default 4. */
  readonly rightCurrent?: number;
  /** Default 2. */
  readonly rightEdge?: number;
}

interface PageFigures {
  readonly page: number;
  readonly perPage: number;
  readonly maxPerPage: number;
  /** Of the whole list; undefined where it was not counted. */
  readonly total: number | undefined;
}

const DEFAULT_PER_PAGE = 20;
const DEFAULT_MAX_PER_PAGE = 100;

/** Iterating it gives its items. */
export class Pagination<T> implements Iterable<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly perPage: number;
  readonly maxPerPage: number;
  readonly total: number | undefined;
  readonly #source: PageSource<T>;

  /** Use {@link paginate}. */
  constructor(source: PageSource<T>, items: readonly T[], figures: PageFigures) {
    this.#source = source;
    this.items = items;
    this.page = figures.page;
    this.perPage = figures.perPage;
    this.maxPerPage = figures.maxPerPage;
    this.total = figures.total;
  }

  /** The number of the first item on this page within the list, from 1; 0 when the page is empty. */
  get first(): number {
    return this.items.length === 0 ? 0 : (this.page - 1) * this.perPage + 1;
  }

  /** The number of the last item on this page; 0 when it is empty. */
  get last(): number {
    return Math.max(this.first, this.first + this.items.length - 1);
  }

  get pages(): number {
    return Math.ceil((this.total ?? 0) / this.perPage);
  }

  get hasPrev(): boolean {
    return this.page > 1;
  }

  get hasNext(): boolean {
    return this.page < this.pages;
  }

  get prevNum(): number | undefined {
    return this.hasPrev ? this.page - 1 : undefined;
  }

  get nextNum(): number | undefined {
    return this.hasNext ? this.page + 1 : undefined;
  }

  /** The page before, of the same size. The total is carried over, not counted again. */
  prev(options: { readonly errorOut?: boolean } = {}): Promise<Pagination<T>> {
    return this.#turn(this.page - 1, options);
  }

  /** The page after, of the same size. The total is carried over, not counted again. */
  next(options: { readonly errorOut?: boolean } = {}): Promise<Pagination<T>> {
    return this.#turn(this.page + 1, options);
  }

  /** Page numbers for a bar of links; null stands for a gap: 1 2 null 7 8 9 10 11 null 19 20. */
  *iterPages({
    leftEdge = 2,
    leftCurrent = 2,
    rightCurrent = 4,
    rightEdge = 2,
  }: IterPagesOptions = {}): Generator<number | null> {
    const end = this.pages + 1;
    const leftEnd = Math.min(1 + leftEdge, end);
    yield* range(1, leftEnd);
    const middle = Math.max(leftEnd, this.page - leftCurrent);
    const middleEnd = Math.min(this.page + rightCurrent + 1, end);
    if (leftEnd === end) return;
    if (middle > leftEnd) yield null;
    yield* range(middle, middleEnd);
    if (middleEnd === end) return;
    const right = Math.max(middleEnd, end - rightEdge);
    if (right > middleEnd) yield null;
    yield* range(right, end);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }

  #turn(
    page: number,
    { errorOut = false }: { readonly errorOut?: boolean },
  ): Promise<Pagination<T>> {
    const { perPage, maxPerPage, total } = this;
    return load(this.#source, { page, perPage, maxPerPage, errorOut }, async () => total);
  }
}

/**
 * Reads one page.
 *
 * @throws NotFoundError by the rules of `errorOut`.
 * @example
 * const page = await paginate({
 *   items: (limit, offset) => knex('users').orderBy('id').limit(limit).offset(offset),
 *   count: async () => Number((await knex('users').count({ n: '*' }))[0].n),
 * });
 */
export function paginate<T>(
  source: PageSource<T>,
  options: PaginateOptions = {},
): Promise<Pagination<T>> {
  const { count = true, errorOut = true, maxPerPage = DEFAULT_MAX_PER_PAGE } = options;
  const { page = 1, perPage = DEFAULT_PER_PAGE } = options;
  return load(source, { page, perPage, maxPerPage, errorOut }, async () =>
    count ? source.count() : undefined,
  );
}

async function load<T>(
  source: PageSource<T>,
  asked: { page: number; perPage: number; maxPerPage: number; errorOut: boolean },
  count: () => Promise<number | undefined>,
): Promise<Pagination<T>> {
  const { maxPerPage, errorOut } = asked;
  const page = atLeastOne('page', asked.page, 1, errorOut);
  const perPage = atLeastOne(
    'per_page',
    Math.min(asked.perPage, maxPerPage),
    DEFAULT_PER_PAGE,
    errorOut,
  );
  const offset = (page - 1) * perPage;
  const items = Number.isSafeInteger(offset) ? await source.items(perPage, offset) : [];
  if (items.length === 0 && page !== 1 && errorOut)
    throw new NotFoundError(`Page ${page} is past the end.`);
  return new Pagination(source, items, { page, perPage, maxPerPage, total: await count() });
}

function atLeastOne(name: string, value: number, byDefault: number, errorOut: boolean): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  if (errorOut) throw new NotFoundError(`${name} must be a whole number of at least 1.`);
  return byDefault;
}

function* range(start: number, end: number): Generator<number> {
  for (let i = start; i < end; i++) yield i;
}
