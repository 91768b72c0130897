/** What the URL of a SQLite database may say behind its `?`. @see https://www.sqlite.org/uri.html */
import { numeric, POOL_PARAMETERS, type UrlParameters } from '../url-parameter';

export const SQLITE_URL_PARAMETERS = {
  mode: {
    means:
      '`rwc` (default) reads, writes and creates the file; `rw` does not create it; `ro` only reads; `memory` is a database in memory',
    values: ['ro', 'rw', 'rwc', 'memory'],
  },
  timeout: numeric('busyTimeoutMs', 'seconds', 1000),
  busyTimeoutMs: numeric('busyTimeoutMs', 'milliseconds'),
  ...POOL_PARAMETERS,
} satisfies UrlParameters;
