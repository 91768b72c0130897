/**
 * What the URL of a MariaDB or MySQL database may say behind its `?`: the names of the `mysql` program.
 *
 * @see https://dev.mysql.com/doc/refman/8.4/en/connection-options.html
 */
import { POOL_PARAMETERS, SERVER_PARAMETERS, type UrlParameters } from '../url-parameter';

export const MYSQL_URL_PARAMETERS = {
  socket: { means: 'the file of a unix socket' },
  unix_socket: { means: 'the same, by the name of SQLAlchemy’s drivers' },
  'ssl-mode': {
    means:
      'encryption: `DISABLED` (default) none; `PREFERRED` where the server can; `REQUIRED` always; `VERIFY_CA` always, by a ' +
      'certificate of a known authority; `VERIFY_IDENTITY` by one for this host',
    values: ['disabled', 'preferred', 'required', 'verify_ca', 'verify_identity'],
  },
  ssl: { means: '`true` is `ssl-mode=VERIFY_CA`', values: ['true', 'false'] },
  'ssl-ca': {
    means:
      'a file with the authorities to trust; default: those of Node. By itself it is `ssl-mode=VERIFY_CA`',
  },
  'ssl-cert': { means: 'a file with the certificate of this client' },
  'ssl-key': { means: 'a file with its key' },
  charset: { means: 'may say `utf8mb4`, which it always is', values: ['utf8mb4'] },
  ...SERVER_PARAMETERS,
  ...POOL_PARAMETERS,
} satisfies UrlParameters;
