/** The options of a connection or pool of `mysql2`: what they say of the database must be true; how values are read is done. */
import type { ConnectionOptions } from 'mysql2';
import type { Engine } from '../../engine/engine';
import { VALUES } from '../../dialects/mysql/values';
import { ArgumentError } from '../../errors/errors';
import { assertSameDatabase, refuseOptions } from '../same-database';
import { OPTIONS } from './members';

/** What mysql2 makes of options. */
export interface Mysql2Config extends ConnectionOptions {
  readonly host: string;
  readonly trace: boolean;
}

interface Mysql2 {
  readonly ConnectionConfig: new (options: object) => Mysql2Config;
}

let usual: Mysql2Config | undefined;

/** What mysql2 makes of no options but the engine's. */
export function usualConfig(): Mysql2Config {
  if (usual) return usual;
  const { ConnectionConfig } = require('mysql2') as Mysql2;
  return (usual = new ConnectionConfig(VALUES));
}

/**
 * @returns the options as mysql2 shows them, with the engine's address and without a password.
 * @throws ArgumentError for an option that contradicts the engine or cannot be honoured.
 */
export function readOptions(
  engine: Pick<Engine, 'url' | 'dialect'>,
  options: string | ConnectionOptions = {},
): Mysql2Config {
  const { url } = engine;
  const { ConnectionConfig } = require('mysql2') as Mysql2;
  const given: ConnectionOptions = typeof options === 'string' ? { uri: options } : { ...options };
  const parsed = new ConnectionConfig({ ...VALUES, ...given });
  const { host = given.host, port = given.port, user, database, ssl } = given.uri ? parsed : given;
  assertSameDatabase('mysql2Driver', engine, { host, port, user, database, ssl }, 3306);
  refuseOptions('mysql2Driver', given, OPTIONS);
  if (given.flags && String(given.flags) !== '-FOUND_ROWS')
    throw new ArgumentError(
      'mysql2Driver cannot honour the option flags, since its connections are the engine’s: leave it out.',
    );
  if (given.charset && !/^utf8mb4(?:_|$)/i.test(given.charset))
    throw new ArgumentError(
      `mysql2Driver cannot honour the charset ${given.charset}, since its connections are the engine's, with utf8mb4: leave it out.`,
    );
  const address = {
    host: url.host ?? 'localhost',
    port: url.port ?? 3306,
    user: url.username,
    database: url.database,
    password: undefined,
  };
  return Object.assign(parsed, address);
}
