/** Databases made for one test file and dropped after it, and requests to an app. */
import type { AddressInfo } from 'node:net';
import type { EngineName, FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Application } from 'express';

export interface Databases {
  readonly name: EngineName;
  /** The URL of a new, empty database. */
  fresh(): Promise<string>;
}

/** A describe block for each database of this run. */
export function onEachEngine(suite: (databases: Databases) => void): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    const made: FreshDatabase[] = [];
    afterAll(async () => {
      for (const database of made) await database.drop();
    });
    suite({
      name,
      async fresh() {
        const database = await freshDatabase(name);
        made.push(database);
        return database.url;
      },
    });
  });
}

export interface Answer {
  readonly status: number;
  readonly body: any;
}

/** Asks an app as a client does. */
export async function get(app: Application, path: string): Promise<Answer> {
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { connection: 'close' },
    });
    const text = await response.text();
    return { status: response.status, body: parse(text) };
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
