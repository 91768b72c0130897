/**
 * What `getOr404()`, `firstOr404()`, `oneOr404()` and `paginate()` throw. It carries the HTTP status as
 * Express and its middlewares expect it on an error; `@quartet/express-service` answers it as a problem document.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/queries/#queries-for-views
 */
import { DbCoreError } from '../errors/errors';

export class NotFoundError extends DbCoreError {
  readonly status = 404;
  /** The message is meant for the client. */
  readonly expose = true;

  /** The name of the class of which there was no such object; undefined where it was a page of a list. */
  readonly what: string | undefined;

  /** @param description for the client. @param what the name of the class */
  constructor(description = 'There is nothing here.', what?: string) {
    super('NOT_FOUND', description);
    this.what = what;
  }
}
