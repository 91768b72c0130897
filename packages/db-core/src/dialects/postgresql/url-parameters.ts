/**
 * What the URL of a PostgreSQL database may say behind its `?`: libpq's names.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
import {
  POOL_PARAMETERS,
  preparedStatements,
  SERVER_PARAMETERS,
  type UrlParameters,
} from '../url-parameter';
import { TARGETS } from '../server-state';
import { TLS_MODES } from '../tls';

export const POSTGRESQL_URL_PARAMETERS = {
  host: { means: 'the host, or the folder of a unix socket where it begins with `/`' },
  port: { means: 'the port, where none stands behind the host' },
  target_session_attrs: {
    means:
      'which of several hosts is taken, found by asking: `read-write` (default for several) one that takes writes, `primary`, ' +
      '`read-only`, `standby`, `prefer-standby`, `any` (default for one)',
    values: TARGETS,
  },
  sslmode: {
    means:
      'encryption: `disable` (default) none; `allow` where the server insists; `prefer` where the server can; `require` always, ' +
      'with the server verified only if `sslrootcert` is given; `verify-ca` always, by a certificate of a known authority; ' +
      '`verify-full` by one for this host; `no-verify` always, with nothing verified',
    values: [...TLS_MODES, 'no-verify'],
  },
  ssl: { means: '`true` is `sslmode=require`, as for libpq', values: ['true', 'false'] },
  sslrootcert: { means: 'a file with the authorities to trust; `system`: those of Node (default)' },
  sslcert: { means: 'a file with the certificate of this client' },
  sslkey: { means: 'a file with its key' },
  sslpassword: { means: 'the password of that key', secret: true },
  channel_binding: {
    means: 'bind the login to the TLS connection: `disable` (default) or `prefer`',
    values: ['disable', 'prefer'],
  },
  application_name: { means: 'the name in `pg_stat_activity`; default `quartet`' },
  options: { means: 'settings of the server, as `-c name=value`' },
  search_path: { means: 'the schemas in which names are looked for' },
  schema: { means: 'one schema, in place of `search_path`' },
  preparedStatements,
  ...SERVER_PARAMETERS,
  ...POOL_PARAMETERS,
} satisfies UrlParameters;
