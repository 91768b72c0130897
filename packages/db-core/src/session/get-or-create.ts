/** The object that has certain values, made where there is none: right also where several ask at once. */
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
  assertTellsRows(mapper, by);
  const query = session.query(target).filterBy(by);
  const found = await query.oneOrNone();
  if (found) return [found, false];
  try {
    return [await create(session, mapper, { ...more, ...by }), true];
  } catch (error) {
    if (!(error instanceof IntegrityError && error.kind === 'unique')) throw error;
    // Another has made it meanwhile. A locking read sees that also where the transaction's snapshot is older (MariaDB).
    const latest = mapper.locksRows ? query.withForUpdate({ read: true }) : query;
    const others = await latest.oneOrNone();
    if (!others) throw error; // another unique column is taken
    return [others, false];
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
function assertTellsRows<T extends object>({ name }: Mapper<T>, by: Values<T>): void {
  const values = Object.values(by);
  if (values.length > 0 && values.every((value) => value !== null && value !== undefined)) return;
  throw new ArgumentError(
    `getOrCreate(${name}, …) takes the values of a unique constraint, none of which is null: several rows may have null there.`,
  );
}
