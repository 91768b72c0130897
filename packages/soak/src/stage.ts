/** One database with the four apps on it, and the disturbances that may hit them. */
import { setTimeout as delay } from 'node:timers/promises';
import { Probe } from '@quartet/conformance';
import type { EngineName, FreshDatabase, OwnServer, Proxy } from '@quartet/testing';
import { freshDatabase, ownServer, proxy } from '@quartet/testing';
import { Apps } from './apps';

/** The waits on a server that does not answer are short: there are several in one run. */
const WAITS = 'connectTimeoutMs=2000&statementTimeoutMs=3000&networkTimeoutMs=1000';
const FAULT_MS = 1_500;

export class Stage {
  readonly engine: EngineName;
  readonly #server: OwnServer | undefined;
  readonly #network: Proxy | undefined;
  readonly #database: FreshDatabase;
  #apps: Apps | undefined;

  private constructor(
    engine: EngineName,
    database: FreshDatabase,
    server?: OwnServer,
    network?: Proxy,
  ) {
    this.engine = engine;
    this.#database = database;
    this.#server = server;
    this.#network = network;
  }

  static async open(engine: EngineName): Promise<Stage> {
    const server = engine === 'sqlite' ? undefined : await ownServer(engine);
    const network = server && (await proxy(server.database.url));
    const database = server?.database ?? (await freshDatabase(engine));
    const stage = new Stage(engine, database, server, network);
    stage.#apps = await Apps.start(stage.databaseUrl);
    return stage;
  }

  get apps(): Apps {
    return this.#apps as Apps;
  }

  /** The database as the apps reach it. */
  get databaseUrl(): string {
    return this.#network ? `${this.#network.url}?${WAITS}` : this.#database.url;
  }

  /** Stops the database server and starts it again; SQLite has none. */
  async restartServer(): Promise<void> {
    await this.#server?.down();
    await this.#server?.up();
  }

  /** For a while nothing passes, and the connections of then are never heard of again. */
  async blackHole(): Promise<void> {
    const end = this.#network?.blackHole();
    await delay(FAULT_MS);
    end?.();
  }

  reset(): void {
    this.#network?.reset();
  }

  /** For a while the server does nothing, and then goes on where it was. */
  async freezeServer(): Promise<void> {
    await this.#server?.freeze();
    await delay(FAULT_MS);
    await this.#server?.thaw();
  }

  async probe<T>(look: (probe: Probe) => Promise<T>): Promise<T> {
    const probe = await Probe.open(this.engine, this.#database.url);
    try {
      return await look(probe);
    } finally {
      await probe.close();
    }
  }

  async close(): Promise<void> {
    await this.#apps?.close();
    this.#network?.close();
    if (this.#server) await this.#server.stop();
    else await this.#database.drop();
  }
}
