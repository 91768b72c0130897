/**
 * Pages by key: a page begins behind the last item of the one before, by the values that the list is sorted by. Whatever is
 * added or deleted meanwhile, no item is passed over and none comes twice, and the thousandth page costs what the first does.
 *
 * @see https://use-the-index-luke.com/no-offset
 */
import type { Mapper } from './mapper';
import { ArgumentError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { Condition, type ConditionTable } from './condition';
import { NotFoundError } from './not-found-error';

/** Options of `query.paginateByKey()`. */
export interface KeyPageOptions {
  /** The `next` of a page before: the items behind it. Default: from the beginning. */
  readonly after?: string | undefined;
  /** The `prev` of a page: the items in front of it. */
  readonly before?: string | undefined;
  /** Items on a page. Default 20; more than `maxPerPage` is that. */
  readonly perPage?: number | undefined;
  /** Default 100. */
  readonly maxPerPage?: number;
}

const OPTIONS: Readonly<Record<keyof KeyPageOptions, true>> = {
  after: true,
  before: true,
  perPage: true,
  maxPerPage: true,
};

/** Iterating it gives its items. */
export class KeyPage<T> implements Iterable<T> {
  readonly items: readonly T[];
  readonly perPage: number;
  /** For `after`: the page behind this one; undefined where this is the last. A text that means nothing to anybody else. */
  readonly next: string | undefined;
  /** For `before`: the page in front of this one; undefined where this is the first. */
  readonly prev: string | undefined;

  /** Use `query.paginateByKey()`. */
  constructor(
    items: readonly T[],
    perPage: number,
    { next, prev }: { readonly next: string | undefined; readonly prev: string | undefined },
  ) {
    this.items = items;
    this.perPage = perPage;
    this.next = next;
    this.prev = prev;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }
}

type SortedBy = readonly (readonly [property: string, direction: 'asc' | 'desc'])[];

/**
 * @param find reads so many items in this order, where all of these conditions hold
 * @throws NotFoundError for a place that is none of this list; ArgumentError
 */
export async function pageByKey<T extends object>(
  mapper: Mapper<T>,
  orderBy: SortedBy,
  options: KeyPageOptions,
  find: (order: SortedBy, place: readonly Condition<T>[], limit: number) => Promise<T[]>,
): Promise<KeyPage<T>> {
  assertKnownOptions(`option of ${mapper.name}.query.paginateByKey()`, options, OPTIONS);
  const { after, before, perPage = 20, maxPerPage = 100 } = options;
  if (after !== undefined && before !== undefined)
    throw new ArgumentError('paginateByKey() takes after or before, not both.');
  if (!Number.isSafeInteger(perPage) || perPage < 1)
    throw new NotFoundError('perPage must be a whole number of at least 1.');
  const size = Math.min(perPage, maxPerPage);
  const order = totalOrder(mapper, orderBy);
  const isForward = before === undefined;
  const way = isForward ? order : reversed(order);
  const place = after ?? before;
  const conditions = place === undefined ? [] : [behind(mapper, way, valuesOf(order, place))];
  const found = await find(way, conditions, size + 1);
  const hasMore = found.length > size;
  const items = isForward ? found.slice(0, size) : found.slice(0, size).toReversed();
  const [first, last] = [items[0], items.at(-1)];
  const hasNext = isForward ? hasMore : true;
  const hasPrev = isForward ? after !== undefined : hasMore;
  return new KeyPage(items, size, {
    next: hasNext && last ? cursorOf(order, last) : undefined,
    prev: hasPrev && first ? cursorOf(order, first) : undefined,
  });
}

/** The order with the primary key behind it, so that no two rows are equal in it. */
function totalOrder<T extends object>(mapper: Mapper<T>, orderBy: SortedBy): SortedBy {
  const sorted = new Set(orderBy.map(([property]) => property));
  const last = orderBy.at(-1)?.[1] ?? 'asc';
  const rest = mapper.primaryKey.filter((property) => !sorted.has(property));
  return [...orderBy, ...rest.map((property) => [property, last] as const)];
}

function reversed(order: SortedBy): SortedBy {
  return order.map(([property, direction]) => [property, direction === 'asc' ? 'desc' : 'asc']);
}

/** The rows behind the one with these values, where null is sorted as the database does. */
function behind<T extends object>(
  mapper: Mapper<T>,
  order: SortedBy,
  values: readonly unknown[],
): Condition<T> {
  const { nullsComeLast } = mapper.engine.dialect.facts;
  const uses = order.map(([property], i) => ({
    target: mapper.target,
    property,
    values: values[i] === null ? [] : [values[i]],
    isText: false,
  }));
  return new Condition(uses, <C>(table: ConditionTable<C>): C => {
    const further = ([property, direction]: SortedBy[number], value: unknown): C => {
      const isNullBehind = (direction === 'asc') === nullsComeLast;
      if (value === null) return isNullBehind ? table.none() : table.not(table.isNull(property));
      const more = direction === 'asc' ? table.gt(property, value) : table.lt(property, value);
      return isNullBehind ? table.or([more, table.isNull(property)]) : more;
    };
    const same = ([property]: SortedBy[number], value: unknown): C =>
      value === null ? table.isNull(property) : table.eq(property, value);
    const ways = order.map((column, i) => {
      const equal = order.slice(0, i).map((earlier, j) => same(earlier, values[j]));
      return equal.length === 0
        ? further(column, values[i])
        : table.and([...equal, further(column, values[i])]);
    });
    return ways.length === 1 ? (ways[0] as C) : table.or(ways);
  });
}

/** @throws ArgumentError for a value that no text can stand for. */
function cursorOf(order: SortedBy, item: object): string {
  const values = order.map(([property]) => asText(property, (item as never)[property]));
  return Buffer.from(JSON.stringify([signature(order), ...values])).toString('base64url');
}

/** The values of the item that a cursor stands for. @throws NotFoundError for what is none of this list. */
function valuesOf(order: SortedBy, cursor: string): readonly unknown[] {
  try {
    const [of, ...texts] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === signature(order) && texts.length === order.length) return texts.map(fromText);
  } catch {
    // not written here
  }
  throw new NotFoundError('This is no place in the list.');
}

function signature(order: SortedBy): string {
  return order
    .map(([property, direction]) => `${direction === 'asc' ? '' : '-'}${property}`)
    .join();
}

/** JSON has no instants and no big integers. */
type Text = string | number | boolean | null | readonly ['date' | 'bigint', string];

function asText(property: string, value: unknown): Text {
  if (value instanceof Date) return ['date', value.toISOString()];
  if (typeof value === 'bigint') return ['bigint', String(value)];
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return value as string | number | boolean;
  throw new ArgumentError(
    `paginateByKey() cannot sort by ${property}: its values are no texts, numbers or instants.`,
  );
}

function fromText(text: unknown): unknown {
  if (!Array.isArray(text)) {
    if (text === null || ['string', 'number', 'boolean'].includes(typeof text)) return text;
    throw new TypeError('no value');
  }
  const [kind, value] = text as [unknown, unknown];
  if (kind === 'bigint') return BigInt(value as string);
  const instant = new Date(value as string);
  if (kind !== 'date' || Number.isNaN(instant.valueOf())) throw new TypeError('no instant');
  return instant;
}
