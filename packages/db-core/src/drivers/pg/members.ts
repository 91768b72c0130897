/** What `pgDriver` passes through from `pg`, and what it refuses; everything else it has by itself. */
import type { Members } from '../closed';

const OWN_CLIENT = 'the engine opens the connections. Use new Client() or new Pool()';

export const MODULE = {
  facade: 'pgDriver',
  pure: [
    'DatabaseError',
    'Query',
    'Result',
    'TypeOverrides',
    'defaults',
    'escapeIdentifier',
    'escapeLiteral',
    'utils',
  ],
  refused: { Connection: OWN_CLIENT, native: 'the engine works with the JavaScript client' },
} as const satisfies Members;

export const CLIENT = {
  facade: 'A client of pgDriver',
  pure: ['Query', 'escapeIdentifier', 'escapeLiteral'],
  refused: {
    activeQuery: 'await query()',
    cancel: 'set query_timeout, or end the session',
    enableChannelBinding: OWN_CLIENT,
    getStartupConf: OWN_CLIENT,
    password: 'it is in the URL of the engine',
    queryQueue: 'await query()',
    replication: 'open a connection of your own with the module pg',
    scramMaxIterations: OWN_CLIENT,
    secretKey: OWN_CLIENT,
    sslNegotiation: OWN_CLIENT,
  },
} as const satisfies Members;

/** The pool is pg's own, and makes clients of the facade. */
export const POOL = {
  facade: 'A pool of pgDriver',
  pure: ['Promise', 'connect', 'end', 'newClient', 'query'],
  refused: {},
} as const satisfies Members;

/** Options that would change connections which others use too. */
export const OPTIONS = {
  lock_timeout: "use set_config('lock_timeout', '1s', true) in the transaction",
  idle_in_transaction_session_timeout: 'set it for the role or the database',
  options: 'write ?options= into the URL of the engine, or set_config(…, true) in the transaction',
  replication: 'open a connection of your own with the module pg',
  stream: 'give it to the engine, if it offers that',
} as const;
