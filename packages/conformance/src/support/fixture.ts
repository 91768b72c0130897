/**
 * One app on one engine: a fresh database, the app on a free port, a client, a probe and a meter. All
 * suites of an engine share it; before each test every row is gone.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, EngineOptions } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, until } from '@quartet/testing';
import type { Express } from 'express';
import express from 'express';
import { Probe } from '../probe/probe';
import { Client } from './client';
import { ExtraRoutes } from './extra-routes';
import { Meter } from './meter';
import type { Subject } from './subject';

export interface FixtureOptions {
  /** Runs on the empty database before the app sees it. */
  readonly prepare?: (probe: Probe) => Promise<void>;
  /** The engine's options. Default: its own defaults. */
  readonly engine?: EngineOptions;
  /** Where to be instead of a fresh database of the run's server; dropped at the end all the same. */
  readonly database?: FreshDatabase;
}

export class Fixture {
  readonly engineName: EngineName;
  readonly subject: Subject;
  readonly database: FreshDatabase;
  readonly engine: Engine;
  readonly probe: Probe;
  readonly api: Client;
  readonly extra: ExtraRoutes;
  readonly server: Server;
  /** How many listened to what outlives a test when the last one began. */
  #listeners: Record<string, number> = {};

  private constructor(parts: FixtureParts) {
    this.engineName = parts.engineName;
    this.subject = parts.subject;
    this.database = parts.database;
    this.engine = parts.engine;
    this.probe = parts.probe;
    this.extra = parts.extra;
    this.server = parts.server;
    this.api = new Client(`http://127.0.0.1:${(parts.server.address() as AddressInfo).port}`);
  }

  static async open(
    subject: Subject,
    engineName: EngineName,
    options: FixtureOptions = {},
  ): Promise<Fixture> {
    const database = options.database ?? (await freshDatabase(engineName));
    const probe = await Probe.open(engineName, database.url);
    await options.prepare?.(probe);
    const engine = createEngine(database.appUrl, options.engine);
    const app: Express = await subject.createApp(engine);
    const extra = new ExtraRoutes(subject.queries, engine);
    const outer = express().use(extra.router).use(app);
    const server = createServer(outer).listen(0, '127.0.0.1');
    server.keepAliveTimeout = 0; // the client alone ends idle connections: it never writes to one that is going away
    await once(server, 'listening');
    return new Fixture({ subject, engineName, database, engine, probe, extra, server });
  }

  /** Counts what the engine does while `fn` runs, teardown included. */
  readonly measure = async <T>(fn: () => Promise<T>): Promise<{ value: T; meter: Meter }> => {
    await this.settled();
    const meter = new Meter(this.engine);
    try {
      const value = await fn();
      await this.settled();
      return { value, meter };
    } finally {
      meter.stop();
    }
  };

  /** Resolves when no connection is out: answers reach the client before teardown is through. */
  readonly settled = async (): Promise<void> => {
    await this.extra.scopes.idle();
    await delay(2); // a turn of the loop first: the client can be quicker than the server's own 'close'
    await until(() => this.engine.status().inUse === 0, {
      what: () => `no connection is out; now ${JSON.stringify(this.engine.status())}`,
    });
  };

  /**
   * Resolves when every connection is home and the server itself knows of no open transaction.
   */
  readonly atRest = async (): Promise<void> => {
    await this.settled();
    await until(async () => (await this.probe.openTransactions()) === 0, {
      what: () => 'the server has no transaction open',
    });
    const { inUse, waiting } = this.engine.status();
    expect({ inUse, waiting }).toEqual({ inUse: 0, waiting: 0 });
  };

  /** How many listeners there are on what outlives a request. */
  readonly listeners = (): Record<string, number> => ({
    engine: listenersOf(this.engine as unknown as NodeJS.EventEmitter),
    server: listenersOf(this.server),
    process: listenersOf(process) - process.listenerCount(ONCE_A_PROCESS),
  });

  /** At the end of a test: at rest, and without new listeners. */
  async untouched(): Promise<void> {
    await this.atRest();
    expect(this.listeners()).toEqual(this.#listeners);
  }

  async empty(): Promise<void> {
    await this.settled();
    this.#listeners = this.listeners();
    await this.probe.empty();
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
    await this.engine.dispose();
    await this.probe.close();
    await this.database.drop();
  }
}

/** Scopes listen for it with one listener a process, from the first call that was refused. */
const ONCE_A_PROCESS = 'unhandledRejection';

export function listenersOf(emitter: NodeJS.EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

interface FixtureParts {
  readonly engineName: EngineName;
  readonly subject: Subject;
  readonly database: FreshDatabase;
  readonly engine: Engine;
  readonly probe: Probe;
  readonly extra: ExtraRoutes;
  readonly server: Server;
}
