/** `db.session` and `User.query`: they are there from the start, and stand for those of the app the code runs on. */
import type { ScopedSession, SessionOptions } from '@quartet/db-core';
import type { Class } from '@quartet/db-core/binding';
import type { Query } from '@quartet/db-core/orm';
import { mapperOf } from '@quartet/db-core/binding';

/** One object that stands for the scoped session of whichever app is current. */
export function currentSession(current: () => ScopedSession): ScopedSession {
  const call = (options?: SessionOptions): unknown => current()(options);
  return new Proxy(call, {
    get(_target, name) {
      if (name === 'then' || typeof name === 'symbol') return undefined; // being awaited or printed is no use of a session
      return Reflect.get(current(), name) as unknown;
    },
    has: (_target, name) => Reflect.has(current(), name),
  }) as unknown as ScopedSession;
}

/** Read on a class, a query of that class in the current session: the class's `queryClass`, or the session's. */
export function queryProperty(session: ScopedSession): PropertyDescriptor {
  return {
    configurable: true,
    get(this: Class & { readonly queryClass?: typeof Query | undefined }) {
      const { queryClass } = this;
      return queryClass ? new queryClass(session(), mapperOf(this)) : session.query(this);
    },
  };
}
