/** What `mysql2Driver` and `mysql2PromiseDriver` pass through from `mysql2`, and what they refuse. */
import type { Members } from '../closed';

const CLUSTER = 'an engine is one database. Use createPool(), with an engine for each database';
const OWN = 'the engine opens the connections. Use createConnection() or createPool()';
const STREAM = 'use query(…).stream(), which reads rows as they are needed';
const POOLED = 'the connection belongs to the engine, and others use it too';
const CONSTANTS = ['Charsets', 'CharsetToEncoding', 'TypedParameter', 'Types'] as const;
const TEXT = ['escape', 'escapeId', 'format'] as const;

export const MODULE = {
  facade: 'mysql2Driver',
  pure: [
    ...CONSTANTS,
    ...TEXT,
    'ConnectionConfig',
    'authPlugins',
    'clearParserCache',
    'raw',
    'setMaxParserCache',
  ],
  refused: {
    Connection: OWN,
    Pool: OWN,
    PoolCluster: CLUSTER,
    PoolConnection: OWN,
    createPoolCluster: CLUSTER,
    createPoolClusterPromise: CLUSTER,
    createQuery: 'use query()',
    createServer: 'use the real module: a server is no part of the engine',
  },
} as const satisfies Members;

export const PROMISE_MODULE = {
  facade: 'mysql2PromiseDriver',
  pure: [...CONSTANTS, ...TEXT, 'clearParserCache', 'raw', 'setMaxParserCache'],
  refused: {
    Connection: OWN,
    PoolConnection: OWN,
    PromiseConnection: OWN,
    PromisePool: OWN,
    PromisePoolConnection: OWN,
    createPoolCluster: CLUSTER,
  },
} as const satisfies Members;

export const CONNECTION = {
  facade: 'A connection of mysql2Driver',
  pure: [...TEXT, 'raw', '_resolveNamedPlaceholders'],
  refused: {
    addCommand: 'use query() or execute()',
    changeUser: `${POOLED}. Create an engine for the other user`,
    createBinlogStream: 'use the real module: replication needs a connection of its own',
    fatalError: 'listen to errors of query()',
    handlePacket: OWN,
    pause: STREAM,
    prepare: 'use execute(), which prepares a statement once and keeps it',
    protocolError: OWN,
    reset: `${POOLED}. Use release()`,
    resume: STREAM,
    serverHandshake: OWN,
    startTLS: 'write ?ssl=true into the URL of the engine',
    unprepare: 'use execute(), which prepares a statement once and keeps it',
    write: OWN,
    writeBinaryRow: OWN,
    writeColumns: OWN,
    writeEof: OWN,
    writeError: OWN,
    writeOk: OWN,
    writePacket: OWN,
    writeTextResult: OWN,
    writeTextRow: OWN,
  },
} as const satisfies Members;

export const POOL = {
  facade: 'A pool of mysql2Driver',
  pure: TEXT,
  refused: {},
} as const satisfies Members;

const OF_CONNECTION = 'it would have to change connections that others use too';

/** Options that would change connections which others use too. */
export const OPTIONS = {
  jsonStrings: `${OF_CONNECTION}. Use typeCast`,
  multipleStatements: `${OF_CONNECTION}. Send one statement at a time`,
  queryFormat: `${OF_CONNECTION}. Use format() on the text`,
  socketPath: 'name the database in the URL of the engine',
  stream: 'name the database in the URL of the engine',
} as const;
