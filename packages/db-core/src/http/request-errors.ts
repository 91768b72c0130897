/** What a request can end with beside an error of its handler. */
import { DbCoreError } from '../errors/errors';

/** Given to teardown hooks when the client went away before its answer was out. */
export class ClientAbortedError extends DbCoreError {
  constructor() {
    super('CLIENT_ABORTED', 'The client went away before the answer was complete.');
  }
}

/** Given to teardown hooks of a request that was still in flight at the deadline of a shutdown. */
export class ShutdownError extends DbCoreError {
  constructor() {
    super('SHUTTING_DOWN', 'The server was shut down before this request was answered.');
  }
}
