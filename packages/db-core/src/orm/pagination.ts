/**
 * One page of a list and the numbers around it, for lists of every style. Ports Flask-SQLAlchemy's
 * `Pagination` with the rules of its documentation.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/pagination/
 */
import { ArgumentError } from '../errors/errors';
import { NotFoundError } from './not-found-error';

/** Which page, and how many items are on one. NaN stands for what is no number, and is treated as a page below 1. */
export interface RequestedPage {
  /** Counted from 1. Default 1. */
  readonly page?: number | undefined;
  /** Items on a page. Default 20. */
  readonly perPage?: number | undefined;
}

export interface PaginateOptions extends RequestedPage {
  /** Instead of a page: so many items, at most `maxPerPage`, after those that `offset` passes over. Default: `perPage`. */
  readonly limit?: number | undefined;
  /** Default 0 where `limit` is given. NaN stands for what is no number. */
  readonly offset?: number | undefined;
  /** The most that `perPage` may be. Default 100; undefined for the default, Infinity for no limit. */
  readonly maxPerPage?: number;
  /**
   * Throw {@link NotFoundError} for a page or size that is no whole number of at least 1, and for a page past the end
   * (but the first). Otherwise the defaults stand in and the page is empty. Default true.
   */
  readonly errorOut?: boolean;
  /**
   * Ask how many there are in all: a second statement, which reads every one. Without, `total` is undefined and `pages` 0,
   * and one item more than the page has is asked for, so that `hasNext` is still right. Default true.
   */
  readonly count?: boolean;
}

/** For the check of what `paginate()` of a query is given. */
export const PAGINATE_OPTIONS: Readonly<Record<keyof PaginateOptions, true>> = {
  page: true,
  perPage: true,
  limit: true,
  offset: true,
  maxPerPage: true,
  errorOut: true,
  count: true,
};

/** Where the items come from. */
export interface PageSource<T> {
  /** The items of one page; without a count it is asked for one more than a page has. */
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
  /** How many items come before it. */
  readonly offset: number;
  readonly perPage: number;
  readonly maxPerPage: number;
  /** Of the whole list; undefined where it was not counted. */
  readonly total: number | undefined;
  readonly hasNext: boolean;
}

const DEFAULT_PER_PAGE = 20;
const DEFAULT_MAX_PER_PAGE = 100;

/** Iterating it gives its items. */
export class Pagination<T> implements Iterable<T> {
  readonly items: readonly T[];
  /** Its number from 1; where it does not begin at a multiple of `perPage`, that of the page in which it begins. */
  readonly page: number;
  readonly perPage: number;
  readonly maxPerPage: number;
  /** How many items come before it. */
  readonly offset: number;
  readonly total: number | undefined;
  readonly hasNext: boolean;
  readonly #source: PageSource<T>;

  /** Use {@link paginate}. */
  constructor(source: PageSource<T>, items: readonly T[], figures: PageFigures) {
    this.#source = source;
    this.items = items;
    this.offset = figures.offset;
    this.page = Math.floor(figures.offset / figures.perPage) + 1;
    this.perPage = figures.perPage;
    this.maxPerPage = figures.maxPerPage;
    this.total = figures.total;
    this.hasNext = figures.hasNext;
  }

  /** The number of the first item on this page within the list, from 1; 0 when the page is empty. */
  get first(): number {
    return this.items.length === 0 ? 0 : this.offset + 1;
  }

  /** The number of the last item on this page; 0 when it is empty. */
  get last(): number {
    return Math.max(this.first, this.first + this.items.length - 1);
  }

  get pages(): number {
    return Math.ceil((this.total ?? 0) / this.perPage);
  }

  get hasPrev(): boolean {
    return this.offset > 0;
  }

  get prevNum(): number | undefined {
    return this.hasPrev ? this.page - 1 : undefined;
  }

  get nextNum(): number | undefined {
    return this.hasNext ? this.page + 1 : undefined;
  }

  /** The page before, of the same size. The total is carried over, not counted again. */
  prev(options: { readonly errorOut?: boolean } = {}): Promise<Pagination<T>> {
    return this.#turn(this.offset - this.perPage, options);
  }

  /** The page after, of the same size. The total is carried over, not counted again. */
  next(options: { readonly errorOut?: boolean } = {}): Promise<Pagination<T>> {
    return this.#turn(this.offset + this.perPage, options);
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

  async #turn(
    offset: number,
    { errorOut = false }: { readonly errorOut?: boolean },
  ): Promise<Pagination<T>> {
    const { perPage, maxPerPage, total } = this;
    if (offset < 0 && this.offset === 0 && errorOut) throw below('page');
    const start = { offset: Math.max(0, offset), perPage, isPage: offset % perPage === 0 };
    const count = total === undefined ? undefined : async () => total;
    return load(this.#source, start, { maxPerPage, errorOut }, count);
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
export async function paginate<T>(
  source: PageSource<T>,
  options: PaginateOptions = {},
): Promise<Pagination<T>> {
  const { count = true, errorOut = true, maxPerPage = DEFAULT_MAX_PER_PAGE } = options;
  const start = startOf(options, maxPerPage, errorOut);
  return load(source, start, { maxPerPage, errorOut }, count ? () => source.count() : undefined);
}

interface Start {
  readonly offset: number;
  readonly perPage: number;
  /** Whether it was asked for by its number: an error says what was asked for. */
  readonly isPage: boolean;
}

/** @throws NotFoundError by the rules of `errorOut`; ArgumentError for a page and a limit or an offset. */
function startOf(options: PaginateOptions, maxPerPage: number, errorOut: boolean): Start {
  const { page, perPage = DEFAULT_PER_PAGE, limit, offset } = options;
  if (limit === undefined && offset === undefined) {
    const size = wholeNumber(
      'per_page',
      Math.min(perPage, maxPerPage),
      1,
      DEFAULT_PER_PAGE,
      errorOut,
    );
    const before = wholeNumber('page', page ?? 1, 1, 1, errorOut) - 1;
    return { offset: before * size, perPage: size, isPage: true };
  }
  if (page !== undefined)
    throw new ArgumentError(
      'paginate() takes a page and its size, or a limit and an offset, not some of each.',
    );
  const size = Math.min(limit ?? perPage, maxPerPage);
  return {
    offset: wholeNumber('offset', offset ?? 0, 0, 0, errorOut),
    perPage: wholeNumber('limit', size, 1, DEFAULT_PER_PAGE, errorOut),
    isPage: false,
  };
}

/** @param count undefined where nobody wants to know: whether there is a next page is told by one item more. */
async function load<T>(
  source: PageSource<T>,
  { offset, perPage, isPage }: Start,
  { maxPerPage, errorOut }: { readonly maxPerPage: number; readonly errorOut: boolean },
  count: (() => Promise<number>) | undefined,
): Promise<Pagination<T>> {
  const limit = count ? perPage : Math.min(perPage + 1, Number.MAX_SAFE_INTEGER);
  const found = Number.isSafeInteger(offset) ? await source.items(limit, offset) : [];
  if (found.length === 0 && offset > 0 && errorOut) {
    const asked = isPage ? `Page ${offset / perPage + 1}` : `Offset ${offset}`;
    throw new NotFoundError(`${asked} is past the end.`);
  }
  const total = await count?.();
  const hasNext = total === undefined ? found.length > perPage : offset + perPage < total;
  const items = count ? found : found.slice(0, perPage);
  return new Pagination(source, items, { offset, perPage, maxPerPage, total, hasNext });
}

function wholeNumber(
  name: string,
  value: number,
  least: number,
  byDefault: number,
  errorOut: boolean,
): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  if (errorOut) throw below(name, least);
  return byDefault;
}

function below(name: string, least = 1): NotFoundError {
  return new NotFoundError(`${name} must be a whole number of at least ${least}.`);
}

function* range(start: number, end: number): Generator<number> {
  for (let i = start; i < end; i++) yield i;
}
