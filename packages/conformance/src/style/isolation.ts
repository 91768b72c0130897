/** The app as tests of its own see it: what each commits is real to the app and gone at its end. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInScope } from '@quartet/db-core';
import { withTestIsolation } from '@quartet/db-core/testing';
import type { Express } from 'express';
import { onEachEngine } from '../on-each-engine';
import { Client } from '../support/client';
import type { Style } from './style';

const ADMIN = { name: 'admin', email: 'admin@localhost' };
const GUEST = { name: 'guest', email: 'guest@localhost' };
const GHOST = { name: 'ghost', email: 'ghost@localhost' };

/** Registers the suite on each engine; called in a test file of the app. */
export function registerIsolation({ createApp, queries, Session, add }: Style): void {
  let app: Express;
  const create = async (engine: Parameters<typeof createApp>[0]): Promise<void> => {
    app = await createApp(engine);
  };
  onEachEngine(create, (stage) => {
    let server: Server;
    let api: Client;
    beforeAll(async () => {
      server = createServer(app).listen(0, '127.0.0.1');
      await once(server, 'listening');
      api = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
    afterAll(async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    });
    afterEach(async () => expect(await stage.probe.count('users')).toBe(0));

    const isolated = (run: () => Promise<void>): Promise<void> =>
      withTestIsolation(stage.engine, run);
    const count = async (): Promise<number> =>
      (await queries.listUsers({ page: 1, perPage: 10 }, {})).total;

    test('a user that a request has created is there for the next piece of code', () =>
      isolated(async () => {
        await api.createUser(ADMIN.name, ADMIN.email);
        expect(await runInScope(() => queries.findAccount('admin'))).toMatchObject(ADMIN);
      }));

    test('the same name is free again, since the test before has left nothing', () =>
      isolated(async () => {
        await api.createUser(ADMIN.name, ADMIN.email);
        const again = { ...ADMIN, email: 'other@localhost' };
        expect((await api.post('/users', again)).status).toBe(409);
        expect(await runInScope(count)).toBe(1);
      }));

    test('what is prepared without a request is there for the app', () =>
      isolated(async () => {
        await runInScope(async () => {
          await add(ADMIN);
          await Session.commit();
        });
        expect((await api.post('/users', ADMIN)).status).toBe(409);
      }));

    test('what is rolled back inside is gone, and the rest is not', () =>
      isolated(async () => {
        await runInScope(async () => {
          await add(ADMIN);
          await Session.commit();
          const report = (await api.post('/users/import', [ADMIN, GUEST])).json();
          expect(report).toMatchObject({ imported: 1, rejected: [{ index: 0 }] });
          await add(GHOST);
          await Session.flush();
          await Session.rollback();
          expect(await count()).toBe(2);
        });
      }));
  });
}
