/** The object that has certain values, made or changed where it must be: right also where several ask at once. */
import type { Class } from '../orm/class';
import type { Mapper } from '../orm/mapper';
import type { Values } from '../orm/query-types';
import type { Query } from '../orm/query';
import { ArgumentError, IntegrityError } from '../errors/errors';
import { mapperOf } from '../orm/mapper';

/** The session, as far as this needs it. */
interface CreatingSession {
  query<T extends object>(target: Class<T>): Query<T>;
  beginNested<T>(fn: () => Promise<T>): Promise<T>;
  add(instance: object): void;
  flush(): Promise<void>;
}

/** What `Session.getOrCreate` does. */
export async function getOrCreate<T extends object>(
  session: CreatingSession,
  target: Class<T>,
  by: Values<T>,
  more: Values<T>,
): Promise<readonly [object: T, created: boolean]> {
  const mapper = mapperOf(target);
  assertTellsRows('getOrCreate', mapper, by);
  const query = session.query(target).filterBy(by);
  const found = await query.oneOrNone();
  if (found) return [found, false];
  const made = await createUnlessTaken(session, mapper, { ...more, ...by });
  if (!(made instanceof IntegrityError)) return [made, true];
  const others = await latest(mapper, query).oneOrNone();
  if (!others) throw made; // another unique column is taken
  return [others, false];
}

/** What `Session.upsert` does. */
export async function upsert<T extends object>(
  session: CreatingSession,
  target: Class<T>,
  by: Values<T>,
  more: Values<T>,
): Promise<readonly [object: T, created: boolean]> {
  const mapper = mapperOf(target);
  assertTellsRows('upsert', mapper, by);
  assertApart(mapper, by, more);
  if (Object.keys(more).length === 0) return getOrCreate(session, target, by, more);
  const query = session.query(target).filterBy(by);
  // An update of a row that is not there would lock the gap on MariaDB, where the next INSERT of another waits.
  let taken: IntegrityError | undefined;
  if (!(await query.oneOrNone())) {
    const made = await createUnlessTaken(session, mapper, { ...more, ...by });
    if (!(made instanceof IntegrityError)) return [made, true];
    taken = made;
  }
  // By a statement, not by the object that was read: what another has written since is no reason to write nothing.
  if ((await query.update(more)) > 0) return [await latest(mapper, query).one(), false];
  if (taken) throw taken; // another unique column is taken
  return [await create(session, mapper, { ...more, ...by }), true]; // deleted since it was read
}

/** A locking read sees what others have committed also where the transaction's snapshot is older (MariaDB). */
function latest<T extends object>(mapper: Mapper<T>, query: Query<T>): Query<T> {
  return mapper.locksRows ? query.withForUpdate({ read: true }) : query;
}

/** @returns the error, where another has made it meanwhile, or another unique column is taken. */
async function createUnlessTaken<T extends object>(
  session: CreatingSession,
  mapper: Mapper<T>,
  values: Values<T>,
): Promise<T | IntegrityError> {
  try {
    return await create(session, mapper, values);
  } catch (error) {
    if (error instanceof IntegrityError && error.kind === 'unique') return error;
    throw error;
  }
}

function create<T extends object>(
  session: CreatingSession,
  mapper: Mapper<T>,
  values: Values<T>,
): Promise<T> {
  return session.beginNested(async () => {
    const instance =
      mapper.create?.(values) ??
      (Object.assign(Object.create(mapper.target.prototype as object) as T, values) as T);
    session.add(instance);
    await session.flush();
    return instance;
  });
}

/** @throws ArgumentError where a unique constraint would let several rows have these values. */
function assertTellsRows<T extends object>(call: string, { name }: Mapper<T>, by: Values<T>): void {
  const values = Object.values(by);
  if (values.length > 0 && values.every((value) => value !== null && value !== undefined)) return;
  throw new ArgumentError(
    `${call}(${name}, …) takes the values of a unique constraint, none of which is null: several rows may have null there.`,
  );
}

/** @throws ArgumentError where a value is to be found and changed at once. */
function assertApart<T extends object>({ name }: Mapper<T>, by: Values<T>, more: Values<T>): void {
  const both = Object.keys(by).find((property) => property in more);
  if (both === undefined) return;
  throw new ArgumentError(
    `upsert(${name}, …) finds the row by '${both}', so it cannot set it: give it once, among the first values.`,
  );
}
