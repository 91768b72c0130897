/**
 * Stops a statement from outside by the protocol's CancelRequest: a connection without a login, which names the backend
 * by its secret key. It needs no place among the server's connections, and can hit no other backend.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
import type { ClientConfig } from 'pg';
import { answerWithin } from '../deadline';
import { DEFAULT_CONNECT_TIMEOUT_MS } from '../options';
import { Messenger } from './untyped';

/** Resolves when the server has taken the request, which it shows by closing the socket. It does not answer whether it stopped a statement. */
export function requestCancel(
  config: ClientConfig,
  processId: number,
  secretKey: number,
): Promise<void> {
  const messenger = new Messenger({ ssl: config.ssl });
  const { host = 'localhost', port = 5432 } = config;
  const taken = new Promise<void>((resolve, reject) => {
    const ask = (): void => messenger.cancel(processId, secretKey);
    messenger.on('connect', () => (config.ssl ? messenger.requestSsl() : ask()));
    messenger.on('sslconnect', ask);
    messenger.on('end', resolve);
    messenger.on('error', reject);
  });
  if (host.startsWith('/')) messenger.connect(`${host}/.s.PGSQL.${port}`);
  else messenger.connect(port, host);
  return answerWithin(
    config.connectionTimeoutMillis ?? DEFAULT_CONNECT_TIMEOUT_MS,
    taken,
    () => messenger.stream.destroy(),
    'The request to cancel a statement',
  );
}
