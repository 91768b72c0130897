import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@quartet/db-core';
import { createEngine, runInScope } from '@quartet/db-core';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase } from '@quartet/testing';
import { createApp, SCHEMA, Session } from '../src/tenants';

describeOn('postgres', 'many tenants', (testEngine) => {
  const role = `tenants_${randomUUID().slice(0, 8)}`;
  let database: FreshDatabase;
  let engine: Engine;
  let server: Server;
  beforeAll(async () => {
    database = await freshDatabase(testEngine);
    engine = createEngine(database.url);
    await engine.execute(SCHEMA);
    await engine.execute(`create role ${role}`);
    await engine.execute(`grant all on notes, notes_id_seq to ${role}`);
    server = (await createApp(engine, role)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await engine.execute(`drop owned by ${role}`);
    await engine.execute(`drop role ${role}`);
    await engine.dispose();
    await database.drop();
  });
  const ask = (path: string, tenant?: string, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      method,
      headers: tenant === undefined ? {} : { 'x-tenant': tenant },
    });

  test('each tenant sees and writes its own rows, and who is nobody is answered without a statement', async () => {
    expect(await (await ask('/notes/ours', 'a', 'POST')).json()).toBe(1);
    expect(await (await ask('/notes/theirs', 'b', 'POST')).json()).toBe(1);
    expect(await (await ask('/notes', 'a')).json()).toEqual(['ours']);
    expect(await (await ask('/notes', "' or true --")).json()).toEqual([]);
    const sent = jest.fn();
    engine.on('query', sent);
    expect((await ask('/notes')).status).toBe(401);
    expect(sent).not.toHaveBeenCalled();
  });

  test('a job says for whom it works', async () => {
    // #region job
    const sum = await runInScope(
      async () => {
        const first = await Session.execute('select count(*) from notes');
        await Session.commit();
        const second = await Session.execute('select count(*) from notes');
        return Number(first.scalar()) + Number(second.scalar());
      },
      { settings: { 'app.tenant': 'a', role } },
    );
    // #endregion
    expect(sum).toBe(2);
  });
});
