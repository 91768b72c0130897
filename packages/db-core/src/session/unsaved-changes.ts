/**
 * Objects that a session has read or saved, that have changed since, and that nobody has added: its commit does not store
 * them. SQLAlchemy would, since it has an identity map; here only what was `add`ed is saved, and a newcomer is told so.
 */
import { isDevelopment, WarnedPlaces } from '../errors/development';
import type { Logger } from '../errors/logger';
import { mapperIfMapped, mapperOfInstance } from '../orm/mapper';
import { isModified } from '../orm/unit-of-work';
import type { Class } from '../orm/mapper';

/** One object that a commit does not store. */
export interface UnsavedChange {
  readonly object: object;
  /** The name of its class. */
  readonly name: string;
  /** Its primary key, by property. */
  readonly key: Readonly<Record<string, unknown>>;
  /** The properties that differ from its row; empty where its mapper does not tell them. */
  readonly properties: readonly string[];
}

/** What is done with one. What it throws, the commit fails with. */
export type OnUnsavedChange = (change: UnsavedChange) => void;

/** How many objects are watched at most: to compare one with its row takes some microseconds. */
const MOST_WATCHED = 1_000;

export class UnsavedChanges {
  readonly #report: OnUnsavedChange;
  /** Held weakly: an export reads more than it may keep. */
  #watched: WeakRef<object>[] = [];

  constructor(report: OnUnsavedChange) {
    this.#report = report;
  }

  /** @param read an object or a list of them; what is no object of a mapped class is passed over. */
  watch(read: unknown): void {
    for (const each of Array.isArray(read) ? (read as unknown[]) : [read]) {
      if (this.#watched.length === MOST_WATCHED) return;
      if (isMapped(each)) this.#watched.push(new WeakRef(each));
    }
  }

  forget(object: object): void {
    this.#watched = this.#watched.filter((watched) => watched.deref() !== object);
  }

  /** @param isKnown whether the session stores an object. @throws what the report throws */
  report(isKnown: (object: object) => boolean): void {
    const objects = new Set(this.#watched.map((watched) => watched.deref()));
    for (const object of objects)
      if (object && !isKnown(object) && isModified(object)) this.#report(changeOf(object));
  }
}

/** What is done where the application does not say: a warning in development. Undefined elsewhere. */
export function defaultOnUnsavedChange(session: {
  readonly logger: Logger;
}): OnUnsavedChange | undefined {
  warns ??= isDevelopment();
  return warns ? (change) => warnOfUnsavedChange(change, session.logger) : undefined;
}

let warns: boolean | undefined;
const warned = new WarnedPlaces();

function warnOfUnsavedChange({ name, key, properties }: UnsavedChange, logger: Logger): void {
  const what = properties.length > 0 ? `${name}.${properties.join(`, ${name}.`)}` : name;
  if (!warned.add(what)) return;
  const which = Object.entries(key).map(([property, value]) => `${property} ${String(value)}`);
  logger.warn(
    { name, key, properties },
    `${what} was changed after it was read (${which.join(', ')}), and commit() does not store it: a session saves what was added to it, ` +
      'so call Session.add(object) before commit(). Where the change is not meant to be stored, call Session.expunge(object).',
  );
}

function changeOf(object: object): UnsavedChange {
  const mapper = mapperOfInstance(object);
  const values = object as Readonly<Record<string, unknown>>;
  const key = Object.fromEntries(mapper.primaryKey.map((property) => [property, values[property]]));
  return { object, name: mapper.name, key, properties: mapper.modifiedProperties?.(object) ?? [] };
}

function isMapped(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return (
    typeof value.constructor === 'function' &&
    mapperIfMapped(value.constructor as Class) !== undefined
  );
}
