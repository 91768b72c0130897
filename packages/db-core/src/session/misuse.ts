/**
 * What a reader of Flask writes first, and what to write instead: a factory used as a session, a registry made of an
 * engine, a query property that was assigned. TypeScript refuses these; a prompt and JavaScript do not.
 */
import { ArgumentError, InvalidRequestError } from '../errors/errors';
import { Query } from '../orm/query';
import { describe } from '../orm/refusals';

/** @throws ArgumentError for what is no object of options, an engine for instance. */
export function assertOptions(given: unknown): void {
  if (typeof given === 'object' && given !== null && !('dialect' in given)) return;
  throw new ArgumentError(
    `sessionmaker() was given ${describe(given)}, and takes options: sessionmaker({ bind: engine }).`,
  );
}

/** @throws ArgumentError for what `sessionmaker` has not made. */
export function assertFactory(given: unknown): void {
  if (typeof given === 'function' && 'configure' in given) return;
  throw new ArgumentError(
    `scopedSession() was given ${describe(given)}, and takes what sessionmaker() made: ` +
      'scopedSession(sessionmaker({ bind: engine })).',
  );
}

/** Calls of a session on its factory: under the first article it is asked why `Session.query()` is not defined. */
export function refuseSessionCalls(factory: object, session: object): void {
  refuseCalls(
    factory,
    session,
    (name) =>
      `sessionmaker() makes sessions and is none, so it has no ${name}(). ` +
      `Import the scoped session: const Session = scopedSession(sessionmaker({ … })), then Session.${name}(…).`,
  );
}

/** The description of a property, which was made a property itself: `Base.query = Session.queryProperty()`. */
export function refuseQueryCalls<T extends object>(description: T): T {
  refuseCalls(
    description,
    Query.prototype,
    (name) =>
      `query.${name}() was called on what Session.queryProperty() gives, the description of a property. ` +
      `Define it: Object.defineProperty(Base, 'query', Session.queryProperty()), then Base.query.${name}(…).`,
  );
  return description;
}

/** Gives `target` each method of `prototype` that it lacks, hidden, to say what was meant. */
function refuseCalls(target: object, prototype: object, say: (name: string) => string): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof value !== 'function' || name in target || LOOKED_FOR.includes(name)) continue;
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      value: () => {
        throw new InvalidRequestError(say(name));
      },
    });
  }
}

/** What JavaScript itself looks for in every object. */
const LOOKED_FOR = ['then', 'toJSON'];
