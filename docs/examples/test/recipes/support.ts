/** A recipe's app on each engine of the run, asked over HTTP. */
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { EngineName, FreshDatabase, TestServer } from '@quartet/testing';
import { freshDatabase, listen, testEngines } from '@quartet/testing';
import type { Express } from 'express';

interface Answer<Body> {
  readonly status: number;
  /** As JSON says; undefined where nothing came. */
  readonly body: Body;
}

interface Stage {
  readonly name: EngineName;
  readonly engine: Engine;
  readonly url: string;
  ask<Body = Record<string, unknown>>(
    method: string,
    path: string,
    json?: unknown,
  ): Promise<Answer<Body>>;
  /** One column of one statement, as somebody outside every session sees it. */
  stored<T>(sql: string): Promise<T[]>;
}

/**
 * @param createApp makes the tables too
 * @param suite is given a stage whose parts are there once the tests run; its tests share one database
 */
export function onEachEngine(
  createApp: (engine: Engine) => Promise<Express>,
  suite: (stage: Stage) => void,
): void {
  describe.each(testEngines())('on $name', ({ name }) => {
    let database: FreshDatabase;
    let server: TestServer;
    const stage = {
      name,
      ask: <Body>(method: string, path: string, json?: unknown) =>
        ask<Body>(server.url + path, method, json),
      stored: async <T>(sql: string) => (await stage.engine.execute(sql)).scalars<T>(),
    } as { -readonly [K in keyof Stage]: Stage[K] };
    beforeAll(async () => {
      database = await freshDatabase(name);
      stage.engine = createEngine(database.url, { poolSize: 4 });
      server = await listen(await createApp(stage.engine));
      stage.url = server.url;
    });
    afterAll(async () => {
      await server.close();
      await stage.engine.dispose();
      await database.drop();
    });
    suite(stage);
  });
}

async function ask<Body>(url: string, method: string, json: unknown): Promise<Answer<Body>> {
  const sent = json !== undefined && {
    body: JSON.stringify(json),
    headers: { 'content-type': 'application/json' },
  };
  const answer = await fetch(url, { method, ...sent });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

/** Of requests that were sent at once: in the order of the numbers. */
export function statusesOf(answers: readonly { readonly status: number }[]): number[] {
  return answers.map(({ status }) => status).toSorted((a, b) => a - b);
}

/** A step that all who come wait at, until it is opened. */
export function gate(): { readonly pass: () => Promise<void>; waiting: number; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const made = {
    waiting: 0,
    async pass() {
      made.waiting++;
      await opened;
    },
    open: () => open(),
  };
  return made;
}
