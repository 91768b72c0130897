/** What the articles say of the extension style, how its own tests leave nothing behind, and its library's own transactions. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Style } from '@quartet/conformance';
import {
  onEachEngine,
  registerArticles,
  registerIsolation,
  registerNested,
  registerTenants,
} from '@quartet/conformance';
import type { Session } from '@quartet/db-core';
import { runInScope, ScopeClosedError } from '@quartet/db-core';
import { requestScopesOf } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { SQLAlchemy } from '@quartet/express-sequelize';
import { freshDatabase } from '@quartet/testing';
import express from 'express';
import type { CreationOptional } from 'sequelize';
import { DataTypes } from 'sequelize';
import { createApp } from '../src/app';
import { initDb } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';
import { db } from '../src/session';

const style: Style = {
  createApp,
  initDb,
  queries,
  Session: db.session,
  User,
  add: (user) => db.session.add(new User(user)),
  transaction: (work) =>
    db.sequelize.transaction((transaction) => work((user) => User.create(user, { transaction }))),
  refusedCommit: /Committing transaction .* ran side by side in one session/s,
};

registerArticles(style);
registerIsolation(style);
registerNested(style);
registerTenants(style);

onEachEngine(initDb, (stage) => {
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
});
