/** What is measured with many rows: each style in its request's session, and its library alone, by the same calls where both have them. */
import type { NewUser } from '@quartet/http-contract';
import type { Express } from 'express';
import type { EngineName } from '../variants/variant';

/** How a page is asked for. */
export const WAYS = ['count', 'no count', 'key'] as const;
export type Way = (typeof WAYS)[number];

/** Items on a page, and rows of a chunk of an import. */
export const PER_PAGE = 20;
export const CHUNK = 500;

export interface Place {
  /** How many items come before the page. */
  readonly offset: number;
  /** The same for pages by key: what `cursor` gave for the item before; undefined for the first page. */
  readonly cursor: string | undefined;
}

export interface ManyRows {
  /** Inside one transaction, in chunks. */
  importUsers(rows: NewUser[]): Promise<unknown>;
  /** All of them by id, with their authors. */
  exportMessages(): AsyncIterable<unknown>;
  findUser(id: number): Promise<unknown>;
  /** Gives the session's connection back before something else is waited for. */
  release?(): Promise<unknown>;
  /** A statement that takes so long, where the contestant is there to be left in the middle of one. */
  sleep?(seconds: number): Promise<unknown>;
  /** Undefined where the contestant is there for import or export alone. */
  readonly pages?: Pages;
  close(): Promise<unknown>;
}

export interface Pages {
  page(way: Way, place: Place): Promise<{ readonly items: readonly unknown[] }>;
  /** The place behind the message with this id. */
  cursor(id: number): Promise<string | undefined>;
}

export type Task = 'import' | 'export' | 'pages';

export interface Contestant {
  readonly id: string;
  readonly title: string;
  /** The library alone. */
  readonly rival?: string;
  readonly tasks: readonly Task[];
  readonly except?: readonly EngineName[];
  /** @param app its requests have a session from here on, where the contestant is ours. */
  start(url: string, app: Express): Promise<ManyRows>;
}

/** Parts of a list, of `CHUNK` rows each. */
export function* chunksOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let from = 0; from < rows.length; from += CHUNK) yield rows.slice(from, from + CHUNK);
}

/** The same list page by page, by what the last item has been. */
export async function* byKey<T extends { readonly id: number }>(
  page: (last: number, limit: number) => Promise<T[]>,
): AsyncGenerator<T> {
  const size = 500;
  for (let last = 0; ; ) {
    const items = await page(last, size);
    yield* items;
    if (items.length < size) return;
    last = items.at(-1)?.id ?? last;
  }
}
