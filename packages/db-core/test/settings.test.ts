import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import QueryStream from 'pg-query-stream';
import type { Engine, ScopedSession, SettingsSource } from '@quartet/db-core';
import {
  ArgumentError,
  retryable,
  runInScope,
  scopedSession,
  sessionmaker,
  transactional,
} from '@quartet/db-core';
import { pgDriver } from '@quartet/db-core/drivers';
import { initApp } from '@quartet/db-core/express';
import { withTestIsolation } from '@quartet/db-core/testing';
import { onEachEngine } from './support';

/** What the database is told now; null or empty where nothing is. */
const TENANT = {
  sqlite: 'select null',
  postgres: "select coalesce(current_setting('app.tenant', true), '')",
  mariadb: "select coalesce(told_tenant(), '')", // a function: a text with a variable in it costs its connection
};

onEachEngine((fixture) => {
  if (fixture.name === 'sqlite') {
    test('settings are refused, and nothing is sent', async () => {
      const Session = scopedSession(sessionmaker({ bind: fixture.engine }));
      await runInScope(
        async () => {
          const insert = Session.execute("insert into items (name) values ('a')");
          await expect(insert).rejects.toThrow(/SQLite has no settings/);
          await expect(Session.execute('select 1')).rejects.toThrow(ArgumentError);
        },
        { settings: { 'app.tenant': 'a' } },
      );
      await runInScope(() => Session.execute('select 1'), { settings: () => ({}) });
      expect(await fixture.names()).toEqual([]);
    });
    return;
  }

  let engine: Engine;
  let Session: ScopedSession;
  const scopeOf = <T>(settings: SettingsSource, fn: () => Promise<T>): Promise<T> =>
    runInScope(fn, { settings });
  const tenant = async (session: Pick<ScopedSession, 'execute'> = Session): Promise<unknown> =>
    (await session.execute(TENANT[fixture.name])).scalar();
  beforeAll(async () => {
    if (fixture.name !== 'mariadb') return;
    for (const name of ['tenant', 'user'])
      await fixture.engine.execute(
        `create function told_${name}() returns varchar(64) no sql return @\`app.${name}\``,
      );
  });
  beforeEach(() => {
    engine = fixture.another({ poolSize: 2 });
    Session = scopedSession(sessionmaker({ bind: engine }));
  });

  test('every transaction of a scope has them: after a commit, a rollback, in and after savepoints', async () => {
    const seen: unknown[] = [];
    const see = async (): Promise<void> => void seen.push(await tenant());
    await scopeOf({ 'app.tenant': 'a' }, async () => {
      await see();
      await Session.commit();
      await see();
      await Session.rollback();
      await Session.beginNested(see);
      const failing = Session.beginNested(async () => {
        await see();
        throw new Error('undone');
      });
      await expect(failing).rejects.toThrow('undone');
      await see();
      await Session.begin(see).catch(() => undefined);
      await Session.rollback();
      await Session.begin(see, { begin: 'eager' });
      await Session.begin(see, { isolationLevel: 'SERIALIZABLE', readOnly: true });
    });
    expect(seen).toEqual(seen.map(() => 'a'));
    expect(seen).toHaveLength(7);
  });

  test('a savepoint that is undone as the first of its transaction leaves them in the next one', async () => {
    await scopeOf({ 'app.tenant': 'a' }, async () => {
      const failing = Session.beginNested(async () => {
        await Session.execute('select nothing from nowhere');
      });
      await expect(failing).rejects.toThrow('nowhere');
      expect(await tenant()).toBe('a');
    });
  });

  test.each(['on-first-write', 'on-first-statement', 'eager'] as const)(
    'a plain read under %s has them, and a transaction',
    async (begin) => {
      Session.configure({ begin });
      await scopeOf({ 'app.tenant': 'a' }, async () => {
        await Session.execute('select name from items');
        expect(Session.inTransaction()).toBe(true);
        expect(await tenant()).toBe('a');
      });
    },
  );

  test('without settings a plain read under on-first-write begins no transaction', async () => {
    const plain = fixture.another({ begin: 'on-first-write' });
    const begun = jest.fn();
    plain.on('begin', begun);
    Session.configure({ bind: plain });
    await scopeOf(
      () => ({}),
      () => Session.execute('select name from items'),
    );
    expect(begun).not.toHaveBeenCalled();
  });

  test.each(['REQUIRED', 'REQUIRES_NEW', 'NESTED', 'SUPPORTS', 'NOT_SUPPORTED'] as const)(
    'a function that runs with %s has them',
    async (propagation) => {
      await scopeOf({ 'app.tenant': 'a' }, async () => {
        await Session.execute('select 1');
        expect(await transactional(Session, () => tenant(), { propagation })).toBe('a');
      });
    },
  );

  test('a session whose statements commit by themselves has them for each', async () => {
    Session.configure({ autocommit: true });
    await scopeOf({ 'app.tenant': 'a' }, async () => {
      expect(await tenant()).toBe('a');
      await Session.execute("insert into items (name) values ('kept')");
      await expect(Session.execute('select nothing from nowhere')).rejects.toThrow('nowhere');
      expect(await tenant()).toBe('a');
      expect(await fixture.names()).toEqual(['kept']);
    });
  });

  test('a unit of work that is run again has them again', async () => {
    const seen: unknown[] = [];
    const { OperationalError } = await import('@quartet/db-core');
    await scopeOf({ 'app.tenant': 'a' }, () =>
      retryable(
        Session,
        async () => {
          seen.push(await tenant());
          if (seen.length < 3) throw new OperationalError('again', { reason: 'deadlock' });
        },
        { minDelayMs: 1, maxDelayMs: 1 },
      ),
    );
    expect(seen).toEqual(['a', 'a', 'a']);
  });

  test('a function is asked at each transaction, with the engine', async () => {
    const tenants = ['a', 'b'];
    const source = jest.fn(() => ({ 'app.tenant': tenants.shift() ?? '' }));
    await scopeOf(source, async () => {
      expect(await tenant()).toBe('a');
      expect(await tenant()).toBe('a');
      await Session.commit();
      expect(await tenant()).toBe('b');
    });
    expect(source.mock.calls).toEqual([[engine], [engine]]);
  });

  test('those of the session win over those of the scope, whatever the case of their names', async () => {
    Session.configure({ settings: { 'APP.tenant': 'session' } });
    await scopeOf({ 'app.tenant': 'scope', 'app.user': 'u' }, async () => {
      expect(await tenant()).toBe('session');
    });
    await runInScope(async () => expect(await tenant()).toBe('session'));
  });

  test('a session that was made outside every scope has those of the scope that it is used in', async () => {
    const kept = sessionmaker({ bind: engine })();
    for (const name of ['a', 'b']) {
      await scopeOf({ 'app.tenant': name }, async () => expect(await tenant(kept)).toBe(name));
      await kept.rollback();
    }
    expect(await tenant(kept)).toBe('');
    await kept.close();
  });

  test('a session keeps those of its scope where the async context is lost', async () => {
    let session!: ReturnType<ScopedSession>;
    let ended!: () => void;
    const scope = scopeOf({ 'app.tenant': 'a' }, () => {
      session = Session();
      return new Promise<void>((resolve) => (ended = resolve));
    });
    expect(await tenant(session)).toBe('a');
    ended();
    await scope;
  });

  test('the next user of the connection finds nothing of them', async () => {
    const alone = fixture.another({ poolSize: 1 });
    Session.configure({ bind: alone });
    await scopeOf({ 'app.tenant': 'a', 'app.user': 7 }, async () => {
      expect(await tenant()).toBe('a');
      await Session.commit();
    });
    expect(await tenant(alone)).toBe('');
    await scopeOf({ 'app.tenant': 'b' }, () => tenant());
    await runInScope(async () => expect(await tenant()).toBe(''));
    const user = TENANT[fixture.name].replace('tenant', 'user');
    await scopeOf({ 'app.tenant': 'c' }, async () => {
      expect((await Session.execute(user)).scalar()).toBe('');
    });
    expect(alone.status()).toMatchObject({ opened: 1 });
  });

  test('values are bound, whatever they contain', async () => {
    for (const value of ["'; drop table items; --", '\\', '"', '`', '%s $1 ?', 'ü€😀', ' ', '']) {
      await scopeOf({ 'app.tenant': value }, async () => expect(await tenant()).toBe(value));
    }
    for (const [value, text] of [
      [7, '7'],
      [true, 'true'],
      [2n ** 70n, String(2n ** 70n)],
    ] as const)
      await scopeOf({ 'app.tenant': value }, async () => expect(await tenant()).toBe(text));
  });

  test('inside withTestIsolation each transaction has its own, and the next none of them', async () => {
    await withTestIsolation(engine, async () => {
      for (const name of ['a', 'b'])
        await scopeOf({ 'app.tenant': name }, async () => {
          expect(await tenant()).toBe(name);
          await Session.commit();
          expect(await tenant()).toBe(name);
          await Session.rollback();
        });
      await runInScope(async () => expect(await tenant()).toBe(''));
    });
    expect(await tenant(engine)).toBe('');
  });

  test('a request has those of initApp, found out by a middleware behind it', async () => {
    const app = express();
    initApp(app, {
      settings: ({ headers }, on) => {
        expect(on).toBe(engine);
        const { 'x-tenant': name } = headers;
        if (typeof name !== 'string') throw new RangeError('who is it?');
        return { 'app.tenant': name };
      },
    });
    app.use((req, _res, next) => {
      req.headers['x-tenant'] = req.query['of'] as string;
      next();
    });
    app.get('/', async (_req, res) => {
      const before = await tenant();
      await Session.commit();
      const after = await tenant();
      await Session.commit();
      res.json([before, after]);
    });
    app.use(((error: Error, _req, res, _next) => {
      res.status(500).json(error.message);
    }) as express.ErrorRequestHandler);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (query: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${port}/${query}`)).json();
    const names = Array.from({ length: 20 }, (_, i) => `tenant ${i}`);
    const seen = await Promise.all(names.map((name) => ask(`?of=${name}`)));
    expect(seen).toEqual(names.map((name) => [name, name]));
    expect(await ask('')).toBe('who is it?');
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const refused: [string, unknown][] = [
    ['undefined', () => undefined],
    ['null', () => null],
    ['null in place of a function', null],
    ['a promise', async () => ({ 'app.tenant': 'a' })],
    ['a promise that is rejected', () => Promise.reject(new Error('late'))],
    ['an array', () => ['app.tenant', 'a']],
    ['a text', () => 'app.tenant'],
    ['a map', () => new Map([['app.tenant', 'a']])],
    ['a setting that is undefined', { 'app.tenant': undefined }],
    ['a setting that is null', { 'app.tenant': null }],
    ['a setting that is an object', { 'app.tenant': { toString: () => 'a' } }],
    ['a setting that is a list', { 'app.tenant': ['a'] }],
    ['a setting that is no number', { 'app.tenant': NaN }],
    ['a zero byte', { 'app.tenant': 'a\0b' }],
    ['half a character', { 'app.tenant': 'a\ud800' }],
    ['a name with a quote', { "app.tenant', 'b', true) --": 'a' }],
    ['a name with a backtick', { 'app`tenant': 'a' }],
    ['an empty name', { '': 'a' }],
    ['a name that ends with a dot', { 'app.': 'a' }],
    ['a name of 65 letters', { ['a'.repeat(65)]: 'a' }],
    ['two names that differ in case', { 'app.tenant': 'a', 'App.Tenant': 'b' }],
  ];
  test.each(refused)(
    'nothing reaches the database where a scope gives %s',
    async (_what, source) => {
      const sent = jest.fn();
      engine.on('query', sent);
      engine.on('begin', sent);
      await runInScope(
        async () => {
          const read = Session.execute('select 1');
          await expect(read).rejects.toThrow(ArgumentError);
          const write = Session.execute("insert into items (name) values ('a')");
          await expect(write).rejects.toThrow(ArgumentError);
          await expect(Session.begin({ begin: 'eager' })).rejects.toThrow(ArgumentError);
          await Session.rollback();
        },
        { settings: source as SettingsSource },
      );
      expect(sent).not.toHaveBeenCalled();
      expect(engine.status()).toMatchObject({ inUse: 0, opened: 0 });
    },
  );

  test('what a function throws, every statement fails with, until it gives settings', async () => {
    const names: string[] = [];
    const source: SettingsSource = () => {
      if (names.length === 0) throw new RangeError('who is it?');
      return { 'app.tenant': names[0] as string };
    };
    await scopeOf(source, async () => {
      await expect(Session.execute('select 1')).rejects.toThrow(new RangeError('who is it?'));
      await expect(Session.begin(() => tenant())).rejects.toThrow('who is it?');
      names.push('a');
      expect(await tenant()).toBe('a');
    });
  });

  if (fixture.name === 'postgres') {
    test('texts that BEGIN cannot travel with come behind the settings: several statements, a stream', async () => {
      scopedSession(sessionmaker({ bind: engine }));
      const { Client } = pgDriver(engine);
      await scopeOf({ 'app.tenant': 'a' }, async () => {
        const client = new Client();
        const several = await client.query(`${TENANT.postgres}; ${TENANT.postgres}`);
        expect(several).toMatchObject([
          { rows: [{ coalesce: 'a' }] },
          { rows: [{ coalesce: 'a' }] },
        ]);
        await Session.rollback();
        const seen: unknown[] = [];
        for await (const row of client.query(new QueryStream(TENANT.postgres))) seen.push(row);
        expect(seen).toEqual([{ coalesce: 'a' }]);
      });
    });

    test('what the server refuses as a setting, lets no statement through', async () => {
      const refusal = /does not exist|unrecognized|invalid value/;
      for (const settings of [
        { role: 'nobody_of_this_name' },
        { tenant: 'a' },
        { work_mem: 'much' },
      ]) {
        await scopeOf(settings, async () => {
          const insert = Session.execute("insert into items (name) values ('a')");
          await expect(insert).rejects.toThrow(refusal);
          await expect(Session.execute('select 1')).rejects.toThrow('aborted');
          await Session.rollback();
          await expect(Session.begin({ begin: 'eager' })).rejects.toThrow(refusal);
          const several =
            "insert into items (name) values ('a'); insert into items (name) values ('b')";
          await expect(Session.execute(several)).rejects.toThrow(refusal);
        });
      }
      expect(await fixture.names()).toEqual([]);
    });

    test.each(['TimeZone', 'client_encoding', 'SESSION_AUTHORIZATION', 'transaction_read_only'])(
      'what the engine relies on cannot be set: %s',
      async (name) => {
        await scopeOf({ [name]: 'UTC' }, async () => {
          await expect(Session.execute('select 1')).rejects.toThrow(ArgumentError);
        });
      },
    );

    test("the role 'none' would be the user of the connection: refused", async () => {
      await scopeOf({ role: 'none' }, async () => {
        await expect(Session.execute('select 1')).rejects.toThrow(ArgumentError);
      });
    });
  } else {
    test('a role is refused: a variable of this name would give none', async () => {
      await scopeOf({ Role: 'reader' }, async () => {
        await expect(Session.execute('select 1')).rejects.toThrow(ArgumentError);
      });
    });
  }
});
