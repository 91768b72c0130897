/**
 * The engines of this test run. SQLite is always there; a server takes part when the environment
 * names one (`npm test` starts both and does that; by hand: `npm run test:servers`).
 */

/** The engines by the names that `npm test -- --engine` and `TEST_ENGINES` use. */
export type EngineName = 'sqlite' | 'postgres' | 'mariadb';

export interface TestEngine {
  readonly name: EngineName;
  /** The same engine by db-core's word, as in `engine.dialect.name`. */
  readonly dialect: 'sqlite' | 'postgresql' | 'mysql';
}

const KNOWN: readonly TestEngine[] = [
  { name: 'sqlite', dialect: 'sqlite' },
  { name: 'postgres', dialect: 'postgresql' },
  { name: 'mariadb', dialect: 'mysql' },
];

/**
 * The engines to test on, never none: those that `TEST_ENGINES` lists (`sqlite,postgres`), else
 * SQLite and every server whose address is in the environment.
 *
 * @throws Error when `TEST_ENGINES` names an unknown engine, or a server without an address.
 * @example
 * describe.each(testEngines())('on $name', (engine) => { ... });
 */
export function testEngines(): TestEngine[] {
  const asked = (process.env['TEST_ENGINES'] ?? '').split(',').filter(Boolean);
  if (asked.length === 0) return KNOWN.filter(isThere);
  for (const name of asked) {
    const engine = KNOWN.find((known) => known.name === name);
    if (!engine) {
      const names = KNOWN.map((known) => known.name).join(', ');
      throw new Error(`TEST_ENGINES names "${name}"; the engines are ${names}`);
    }
    if (!isThere(engine)) {
      throw new Error(
        `TEST_ENGINES names ${name}, but ${addressVariable(engine.name)} is not set. ` +
          'Run "npm test", or start the servers with "npm run test:servers".',
      );
    }
  }
  return KNOWN.filter((engine) => asked.includes(engine.name));
}

/** The server's address, a URL whose database is only used to create and drop others. */
export function serverUrl(name: Exclude<EngineName, 'sqlite'>): string {
  const url = process.env[addressVariable(name)];
  if (!url) throw new Error(`${addressVariable(name)} is not set: there is no ${name} to test on`);
  return url;
}

/** What apps reach the databases of the server through; undefined where that is the server itself. */
export function throughOf(name: EngineName): string | undefined {
  return process.env[`TEST_${name.toUpperCase()}_THROUGH`];
}

function isThere(engine: TestEngine): boolean {
  return engine.name === 'sqlite' || Boolean(process.env[addressVariable(engine.name)]);
}

function addressVariable(name: EngineName): string {
  return `TEST_${name.toUpperCase()}_URL`;
}
