/** The app as tests of its own see it: what each commits is real to the app and gone at its end. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onEachEngine } from '@quartet/conformance';
import { runInScope } from '@quartet/db-core';
import { withTestIsolation } from '@quartet/db-core/testing';
import type { Express } from 'express';
import { createApp } from '../src/app';
import { db } from '../src/database';
import { User } from '../src/models';

let app: Express;

onEachEngine(
  async (engine) => {
    app = await createApp(engine);
  },
  (stage) => {
    let server: Server;
    beforeAll(async () => {
      server = createServer(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(() => {
      server.close();
      server.closeAllConnections();
    });
    afterEach(async () => expect(await stage.probe.count('users')).toBe(0));

    const isolated = (run: () => Promise<void>): Promise<void> =>
      withTestIsolation(stage.engine, run);
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
    const admin = { name: 'admin', email: 'admin@localhost' };

    test('a user that a request has created is there for the next piece of code', () =>
      isolated(async () => {
        expect((await post('/users', admin)).status).toBe(201);
        const found = await runInScope(
          async () => await User.query.filterBy({ name: 'admin' }).first(),
        );
        expect(found).toMatchObject(admin);
      }));

    test('the same name is free again, since the test before has left nothing', () =>
      isolated(async () => {
        expect((await post('/users', admin)).status).toBe(201);
        expect((await post('/users', { ...admin, email: 'other@localhost' })).status).toBe(409);
        expect(await runInScope(async () => await User.query.count())).toBe(1);
      }));

    test('what is prepared without a request is there for the app', () =>
      isolated(async () => {
        await runInScope(async () => {
          db.session.add(new User(admin));
          await db.session.commit();
        });
        expect((await post('/users', admin)).status).toBe(409);
      }));

    test('what is rolled back inside is gone, and the rest is not', () =>
      isolated(async () => {
        await runInScope(async () => {
          db.session.add(new User(admin));
          await db.session.commit();
          const rows = [admin, { name: 'guest', email: 'guest@localhost' }];
          const report = await (await post('/users/import', rows)).json();
          expect(report).toMatchObject({ imported: 1, rejected: [{ index: 0 }] });
          db.session.add(new User({ name: 'ghost', email: 'ghost@localhost' }));
          await db.session.flush();
          await db.session.rollback();
          expect(await User.query.count()).toBe(2);
        });
      }));
  },
);
