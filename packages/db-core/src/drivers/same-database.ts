/** Options by which a library names a database: they may repeat what the engine's URL says, not contradict it. */
import type { DatabaseUrl } from '../dialects/url';
import type { Engine } from '../engine/engine';
import { ArgumentError } from '../errors/errors';

export interface Address {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly user?: unknown;
  readonly database?: unknown;
  readonly ssl?: unknown;
}

/**
 * @param defaultPort which, like the host `localhost`, is no contradiction: libraries fill both in where the user gave none.
 * @throws ArgumentError that names the option.
 */
export function assertSameDatabase(
  facade: string,
  { url, dialect }: Pick<Engine, 'url' | 'dialect'>,
  given: Address,
  defaultPort: number,
): void {
  const engine: Address = {
    host: url.host ?? 'localhost',
    port: url.port ?? defaultPort,
    user: url.username,
    database: url.database,
  };
  for (const key of ['host', 'port', 'user', 'database'] as const) {
    const value = given[key];
    const saysNothing = !value || value === 'localhost' || Number(value) === defaultPort;
    if (!saysNothing && engine[key] !== undefined && String(value) !== String(engine[key]))
      throw contradiction(facade, url, key, String(value));
  }
  if (given.ssl && !dialect.encrypted) throw contradiction(facade, url, 'ssl', 'on');
}

/** @throws ArgumentError for an option that would have to change connections which others use too. */
export function refuseOptions(
  facade: string,
  given: object,
  refused: Readonly<Record<string, string>>,
): void {
  const options = given as Readonly<Record<string, unknown>>;
  for (const key in refused)
    if (options[key] && Object.hasOwn(given, key))
      throw new ArgumentError(
        `${facade} cannot honour the option ${key}, since its connections are the engine's: ${refused[key]}.`,
      );
}

function contradiction(
  facade: string,
  url: DatabaseUrl,
  key: string,
  value: string,
): ArgumentError {
  return new ArgumentError(
    `The option ${key} (${value}) contradicts the engine, whose connections ${facade} uses: ${url}. ` +
      `Leave it out, or create an engine for the other database.`,
  );
}
