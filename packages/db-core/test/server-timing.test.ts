import type { Application, Request, Response } from 'express';
import express from 'express';
import type { Engine, ScopedSession } from '@quartet/db-core';
import type { RequestScopeOptions } from '@quartet/db-core/express';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { getRecordedQueries, Recorder } from '@quartet/db-core/observe';
import { withServer } from '@quartet/testing';

let engine: Engine;
let Session: ScopedSession;

beforeAll(async () => {
  engine = createEngine('sqlite://');
  await engine.execute('create table notes (n integer)');
  Session = scopedSession(sessionmaker({ bind: engine }));
});
afterAll(() => engine.dispose());

interface Timing {
  readonly ms: number;
  readonly description: string | undefined;
}

/** Reads the header by its grammar, and throws where it breaks that. */
function timingsIn(response: globalThis.Response): Record<string, Timing> {
  const header = response.headers.get('server-timing');
  if (header === null) throw new Error('no Server-Timing');
  return Object.fromEntries(
    header.split(', ').map((part) => {
      const [, name, ms, description] =
        /^([\w-]+);dur=(\d+(?:\.\d+)?)(?:;desc="([^"]*)")?$/.exec(part) ?? [];
      if (name === undefined) throw new Error(`not a metric: ${part}`);
      return [name, { ms: Number(ms), description }];
    }),
  );
}

async function ask(
  handler: (req: Request, res: Response) => unknown,
  options: RequestScopeOptions,
  check: (response: globalThis.Response, app: Application) => unknown,
  tool?: Recorder,
): Promise<void> {
  const app = express();
  const scopes = initApp(app, options);
  if (tool) scopes.record(() => tool);
  app.get('/', handler);
  await withServer(app, async (url) => {
    const response = await fetch(url);
    await response.text();
    await check(response, app);
  });
}

async function write(_req: Request, res: Response): Promise<void> {
  await Session.execute('insert into notes values (1)');
  await Session.execute('select n from notes');
  await Session.commit();
  res.json({});
}

test('a request tells how long its database took, and how often it was asked', async () => {
  await ask(write, { serverTiming: true }, (response) => {
    const { db, total, ...rest } = timingsIn(response);
    expect(Object.keys(rest)).toEqual(['db-wait']);
    expect(db?.description).toBe('2 statements');
    expect(db?.ms).toBeGreaterThan(0);
    expect(total?.ms).toBeGreaterThanOrEqual(db?.ms ?? NaN);
  });
});

test.each([
  ['res.end', (res: Response) => res.status(201).end('x')],
  ['res.writeHead', (res: Response) => res.writeHead(201, { 'X-Own': '1' }).end('x')],
  ['res.write', (res: Response) => (res.status(201), res.write('x'), res.end())],
  ['res.flushHeaders', (res: Response) => (res.status(201), res.flushHeaders(), res.end('x'))],
])('whether the head is sent by %s', async (_name, send) => {
  await ask(
    (_req, res) => send(res),
    { serverTiming: true },
    (response) => {
      expect(response.status).toBe(201);
      expect(timingsIn(response)['db']?.description).toBe('0 statements');
    },
  );
});

test('an answer that waits for its commit counts that, too', async () => {
  const handler = async (_req: Request, res: Response): Promise<void> => {
    await Session.execute('insert into notes values (2)');
    res.json({});
  };
  const recorder = new Recorder();
  const options = { serverTiming: true, commit: 'on-success', record: () => recorder } as const;
  await ask(handler, options, (response) => {
    const committed = recorder.events.find(({ kind }) => kind === 'commit')?.durationMs ?? NaN;
    const sent = recorder.queries[0]?.duration ?? NaN;
    expect(timingsIn(response)['db']?.ms).toBeCloseTo(committed + sent, 0);
  });
});

test('the app’s own metrics stay, and its recorder still records', async () => {
  let recorded = 0;
  const handler = async (_req: Request, res: Response): Promise<void> => {
    await Session.execute('select 1');
    recorded = getRecordedQueries().length;
    res.set('Server-Timing', 'cache;dur=3').json({});
  };
  await ask(handler, { serverTiming: true, record: () => new Recorder() }, (response) => {
    expect(Object.keys(timingsIn(response))).toEqual(['cache', 'db', 'db-wait', 'total']);
    expect(recorded).toBe(1);
  });
});

test('a tool that looks at the request as well takes nothing from the app’s recorder', async () => {
  let recorded: readonly object[] = [];
  const own = new Recorder();
  const handler = async (_req: Request, res: Response): Promise<void> => {
    await Session.execute('select 1');
    recorded = getRecordedQueries();
    res.json({});
  };
  const tool = new Recorder(undefined, { keeps: 0 });
  const check = (response: globalThis.Response): void => {
    expect(recorded).toHaveLength(1);
    expect(recorded).toEqual(own.queries);
    expect(timingsIn(response)['db']?.description).toBe('1 statement');
  };
  await ask(handler, { serverTiming: true, record: () => own }, check, tool);
});

describe('where the app does not say', () => {
  const before = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = before;
  });

  test.each([
    ['production', false],
    ['test', false],
    ['development', true],
  ])('in %s: %s', async (mode, told) => {
    process.env['NODE_ENV'] = mode;
    await ask(
      (_req, res) => res.end(),
      {},
      (response) => {
        expect(response.headers.has('server-timing')).toBe(told);
      },
    );
  });
});
