/** The databases of the app by bind key: an engine and a Sequelize for each. */
import type { SessionOptions } from '@quartet/db-core';
import { ArgumentError, createEngine, Engine } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import type { ModelOptions, Sequelize } from 'sequelize';
import type { Binds, EngineConfig, Key } from './config';

export class Databases {
  readonly engines: ReadonlyMap<Key, Engine>;
  /** Engines made here, which `close()` disposes; those handed in are their owner's. */
  readonly #own: readonly Engine[];
  readonly #sequelizes = new Map<Key, Sequelize>();

  /** Makes the engines; opens nothing. */
  constructor(binds: Binds) {
    const made = [...binds].map(([key, bind]) => [key, bind, engineFor(bind)] as const);
    this.engines = new Map(made.map(([key, , engine]) => [key, engine]));
    this.#own = made.flatMap(([, bind, engine]) => (bind === engine ? [] : [engine]));
  }

  /** Whether every engine was disposed by its owner. */
  get disposed(): boolean {
    return [...this.engines.values()].every((engine) => engine.disposed);
  }

  /** What one session needs to reach them all. */
  get sessionOptions(): Pick<SessionOptions, 'bind' | 'binds'> {
    const binds: Record<string, Engine> = {};
    for (const [key, engine] of this.engines) if (key !== null) binds[key] = engine;
    return { bind: this.engines.get(null), binds };
  }

  /** @throws OperationalError when a database cannot be reached. */
  async connect(define: ModelOptions): Promise<void> {
    for (const [key, engine] of this.engines)
      this.#sequelizes.set(key, await bindSequelize(engine, { define }));
  }

  /** @throws ArgumentError when the app has no such database. */
  engine(key: Key): Engine {
    return this.#under(key, this.engines);
  }

  /** @throws ArgumentError when the app has no such database. */
  sequelize(key: Key): Sequelize {
    return this.#under(key, this.#sequelizes);
  }

  async close(): Promise<void> {
    for (const sequelize of this.#sequelizes.values()) await sequelize.close();
    for (const engine of this.#own) await engine.dispose();
  }

  #under<T>(key: Key, all: ReadonlyMap<Key, T>): T {
    const found = all.get(key);
    if (found !== undefined) return found;
    const known = [...this.engines.keys()].map((each) => each ?? '(default)').join(', ');
    throw new ArgumentError(
      key === null
        ? `This app has no default database, only binds: ${known}. Set DATABASE_URL, or give the model a bindKey.`
        : `Bind key '${key}' is not among this app's databases: ${known}. Add it to SQLALCHEMY_BINDS or to initApp's binds.`,
    );
  }
}

function engineFor(bind: EngineConfig | Engine): Engine {
  if (bind instanceof Engine) return bind;
  const { url, ...options } = bind;
  return createEngine(url, options);
}
