import express from 'express';
import type { Logger } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { expectWarning, until, withServer } from '@quartet/testing';

/** A logger that keeps what it is asked to log. */
function keeping(): Logger & { readonly lines: [string, object, string][] } {
  const lines: [string, object, string][] = [];
  const at =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push([level, details, message]);
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

test('a warning of the engine goes to its logger', async () => {
  const logger = keeping();
  const engine = createEngine('sqlite://', { logger, leakThresholdMs: 1 });
  const connection = engine.connect();
  await connection.open();
  await until(() => logger.lines.length > 0);
  await connection.close();
  await engine.dispose();
  expect(logger.lines).toEqual([
    [
      'warn',
      { heldMs: expect.any(Number), stack: expect.any(String) },
      expect.stringMatching(/has been held for \d+ ms/),
    ],
  ]);
});

test('echo: true shows statements as info of the logger', async () => {
  const logger = keeping();
  const engine = createEngine('sqlite://', { logger, echo: true });
  await engine.execute('select 1');
  await engine.dispose();
  expect(logger.lines).toEqual([['info', {}, expect.stringContaining('select 1')]]);
});

test('what cannot be asked as a logger is refused', () => {
  const half = { warn: () => undefined, error: () => undefined } as unknown as Logger;
  expect(() => createEngine('sqlite://', { logger: half })).toThrow(/lacks info, debug/);
  expect(() => initApp(express(), { logger: half })).toThrow(/lacks info, debug/);
});

describe('a warning about a request', () => {
  async function forgets(engineLogger?: Logger, appLogger?: Logger): Promise<void> {
    const engine = createEngine('sqlite://', engineLogger ? { logger: engineLogger } : {});
    await engine.execute('create table notes (n integer)');
    const Session = scopedSession(sessionmaker({ bind: engine }));
    const app = express();
    const scopes = initApp(app, appLogger ? { logger: appLogger } : {});
    app.post('/notes', async (_req, res) => {
      await Session.execute('insert into notes values (1)');
      res.status(201).end();
    });
    await withServer(app, async (url) => {
      await fetch(`${url}/notes`, { method: 'POST' });
      await scopes.idle();
    });
    await engine.dispose();
  }
  const LINE = [
    'warn',
    { route: 'POST /notes', status: 201 },
    expect.stringMatching(/^POST \/notes answered 201, but .* not committed/),
  ];

  test('goes to the logger of initApp', async () => {
    const [ofEngine, ofApp] = [keeping(), keeping()];
    await forgets(ofEngine, ofApp);
    expect(ofApp.lines).toEqual([LINE]);
    expect(ofEngine.lines).toEqual([]);
  });

  test('else to that of the engine that it has used', async () => {
    const logger = keeping();
    await forgets(logger);
    expect(logger.lines).toEqual([LINE]);
  });

  test('else to the console', async () => {
    expectWarning(/^POST \/notes answered 201, but/);
    await forgets();
  });
});

test('what a scope cannot say to anybody goes to its logger, with the error as err', async () => {
  const logger = keeping();
  const failure = new Error('no');
  const work = runInScope(
    () => {
      throw failure;
    },
    {
      logger,
      onTeardown: () => {
        throw new Error('teardown');
      },
    },
  );
  await expect(work).rejects.toBe(failure);
  expect(logger.lines).toEqual([['error', { err: new Error('teardown') }, 'Teardown failed:']]);
});
