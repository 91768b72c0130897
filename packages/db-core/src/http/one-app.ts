import { InvalidRequestError } from '../errors/errors';

const withScopes = new WeakSet<object>();

/** @throws InvalidRequestError where the requests of `app` have scopes already. */
export function assertFirst(app: object): void {
  if (withScopes.has(app)) {
    throw new InvalidRequestError(
      'This app has request scopes already: call initApp once for each app, and add hooks with onTeardown().',
    );
  }
  withScopes.add(app);
}
