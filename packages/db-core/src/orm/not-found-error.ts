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

  /** @param description for the client. */
  constructor(description = 'There is nothing here.') {
    super('NOT_FOUND', description);
  }
}
