/**
 * A write that was built and never sent: `knex('users').insert(…)` without `await` does nothing, and says nothing. Nobody
 * can tell it from one that is to be sent later, until it is garbage: then it is warned of, in development.
 */
import type { Logger } from '@quartet/db-core';
import { callerLocation, hiddenField, WarnedPlaces } from '@quartet/db-core/binding';

/** Of a client of Knex: how a builder is made, and what is asked for its text, alone or as a part of another. */
interface Client {
  readonly config: object;
  queryBuilder(): Builder;
  queryCompiler(builder: Builder, ...rest: unknown[]): unknown;
}
interface Builder {
  _method?: string;
  clone(): Builder;
}

/** What is known of a builder, without holding it. */
interface Built {
  readonly logger: Logger;
  method: string | undefined;
  isUsed: boolean;
  readonly location: string | undefined;
}

const WRITES: readonly unknown[] = ['insert', 'update', 'del'];
const built = hiddenField<Builder, Built>();
const warned = new WarnedPlaces();
const watched = new WeakSet<object>();

const garbage = new FinalizationRegistry<Built>(({ logger, method, isUsed, location }) => {
  if (isUsed || !WRITES.includes(method) || location === undefined || !warned.add(location)) return;
  logger.warn(
    { location },
    `A Knex ${method === 'del' ? 'delete' : method} was built and never sent, so it did nothing: await it. It was built at ${location}.`,
  );
});

/**
 * Warns of writes that were built by clients of this class and never sent, once for each place.
 *
 * @param loggerOf where the warnings go, by a client's configuration.
 */
export function watchUnsent(
  client: { readonly prototype: object },
  loggerOf: (config: object) => Logger,
): void {
  const prototype = client.prototype as Client;
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const { queryBuilder, queryCompiler } = prototype;
  Object.assign(prototype, {
    queryBuilder(this: Client): Builder {
      const builder = queryBuilder.call(this);
      watch(builder, loggerOf(this.config));
      return builder;
    },
    queryCompiler(this: Client, builder: Builder, ...rest: unknown[]): unknown {
      const state = built.get(builder);
      if (state) state.isUsed = true;
      return queryCompiler.call(this, builder, ...rest);
    },
  });
}

function watch(builder: Builder, logger: Logger): void {
  const location = callerLocation();
  const state: Built = { logger, method: builder._method, isUsed: false, location };
  built.set(builder, state);
  garbage.register(builder, state);
  Object.defineProperties(builder, {
    _method: {
      configurable: true,
      enumerable: true,
      get: () => state.method,
      set(method: string | undefined) {
        state.method = method;
      },
    },
    clone: {
      configurable: true,
      writable: true,
      value(this: Builder): Builder {
        state.isUsed = true; // a template of others
        return (Object.getPrototypeOf(this) as Builder).clone.call(this);
      },
    },
  });
}
