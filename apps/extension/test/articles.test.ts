/** What the articles say of the extension style. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onEachEngine, Probe, replayTranscript, transcript } from '@quartet/conformance';
import type { Session } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { IntegrityError, runInScope, ScopeClosedError } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import { SQLAlchemy } from '@quartet/express-sequelize';
import { freshDatabase } from '@quartet/testing';
import express from 'express';
import type { CreationOptional } from 'sequelize';
import { DataTypes } from 'sequelize';
import { db, initDb } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';

onEachEngine(initDb, (stage) => {
  test('the session at the prompt prints what the second article prints', async () => {
    expect(await runInScope(() => replayTranscript({ Session: db.session, User }))).toEqual(
      transcript,
    );
  });

  test('the scoped session is made once, and every module that imports it means the session of its scope', async () => {
    const { db: imported } = require('../src/database') as typeof import('../src/database');
    expect(imported.session).toBe(db.session);
    const sessions = new Set<unknown>();
    for (let round = 0; round < 2; round++) {
      await runInScope(async () => {
        sessions.add(db.session());
        db.session.add(new User({ name: 'admin', email: 'admin@localhost' }));
        await db.session.flush();
        // Not committed, yet queries.ts sees it: it has imported the same scoped session.
        expect(await queries.findAccount('admin')).toMatchObject({ name: 'admin' });
        expect(imported.session()).toBe(db.session());
      });
    }
    expect(sessions.size).toBe(2);
    expect(await stage.probe.count('users')).toBe(0);
  });

  test('within a request db.session() is the same session, in the next another; db.session itself never changes', async () => {
    const [first, next] = await Promise.all(
      [1, 2].map(() =>
        runInScope(async () => {
          expect(db.session()).toBe(db.session());
          return { session: db.session(), registry: db.session };
        }),
      ),
    );
    expect(first?.session).not.toBe(next?.session);
    expect(first?.registry).toBe(next?.registry); // comparing these, as beginners do, proves nothing
  });

  test('initApp follows the article: URL from the app’s settings, session, query, tables, teardown', async () => {
    const database = await freshDatabase(stage.name);
    const own = new SQLAlchemy();
    class User extends own.Model<User> {
      declare static query: Query<User>;
      declare id: CreationOptional<number>;
      declare name: string;
    }
    User.init({ name: DataTypes.STRING(50) }, { tableName: 'users' });
    const app = express();
    app.set('DATABASE_URL', database.url);
    await own.initApp(app);
    const seen: Session[] = [];
    app.get('/', async (_req, res) => {
      own.session.add(new User({ name: 'admin' }));
      await own.session.commit();
      seen.push(own.session());
      res.json(await User.query.count());
    });
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const count of [1, 2]) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).json()).toBe(count);
    }
    await requestScopesOf(app)?.idle();
    expect(new Set(seen).size).toBe(2);
    for (const session of seen) expect(() => session.add(new User())).toThrow(ScopeClosedError);
    server.closeAllConnections();
    server.close();
    await own.dispose();
    await database.drop();
  });

  test('after a duplicate the session is usable once it is rolled back', async () => {
    await runInScope(async () => {
      db.session.add(new User({ name: 'admin', email: 'admin@localhost' }));
      await db.session.commit();
      db.session.add(new User({ name: 'admin', email: 'other@localhost' }));
      await expect(db.session.commit()).rejects.toThrow(IntegrityError);
      await db.session.rollback();
      db.session.add(new User({ name: 'guest', email: 'guest@localhost' }));
      await db.session.commit();
    });
    expect((await stage.probe.snapshot()).users).toMatchObject([
      { name: 'admin' },
      { name: 'guest' },
    ]);
  });

  test('a model that initDb has not imported gets no table', async () => {
    const database = await freshDatabase(stage.name);
    const probe = await Probe.open(stage.name, database.url);
    await jest.isolateModulesAsync(async () => {
      jest.doMock('../src/models', () => ({})); // as if initDb imported nothing
      const core = require('@quartet/db-core') as typeof import('@quartet/db-core');
      const app = require('../src/database') as typeof import('../src/database');
      const engine = core.createEngine(database.url);
      await app.initDb(engine);
      await expect(
        core.runInScope(() => app.db.session.execute('SELECT * FROM users')),
      ).rejects.toThrow(core.ProgrammingError);
      await engine.dispose();
      jest.dontMock('../src/models');
    });
    expect(await probe.schema()).toEqual({});
    await probe.close();
    await database.drop();
  });
});
