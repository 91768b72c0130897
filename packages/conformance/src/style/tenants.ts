/** Many tenants at once, kept apart by PostgreSQL's row-level security: no request sees or changes a row of another's. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { currentRequest } from '@quartet/db-core/express';
import type { FreshDatabase } from '@quartet/testing';
import { describeOn, freshDatabase } from '@quartet/testing';
import type { MessageBody, PageBody, UserBody } from '../support/client';
import type { Style } from './style';

const TENANTS = Array.from({ length: 64 }, (_, i) => `t${String(i).padStart(2, '0')}`);
/** How often each tenant does all it does; a round is some 1,000 requests. */
const ROUNDS = 1;

/** A row belongs to whom its transaction is for. */
const POLICIES = ['users', 'messages'].flatMap((table) => [
  `alter table ${table} add column tenant text not null default current_setting('app.tenant', true)`,
  `alter table ${table} enable row level security`,
  `create policy own on ${table} using (tenant = current_setting('app.tenant'))`,
]);

/** Registers the suite on PostgreSQL; called in a test file of the app. */
export function registerTenants({ createApp, Session }: Style): void {
  describeOn('postgres', 'many tenants', (testEngine) => {
    const role = `quartet_${randomUUID().slice(0, 8)}`;
    let database: FreshDatabase;
    let engine: Engine;
    let server: Server;
    beforeAll(async () => {
      database = await freshDatabase(testEngine);
      engine = createEngine(database.appUrl);
      server = createServer(await createApp(engine)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      for (const sql of POLICIES) await engine.execute(sql);
      await engine.execute(`create role ${role}`);
      await engine.execute(`grant all on all tables in schema public to ${role}`);
      await engine.execute(`grant all on all sequences in schema public to ${role}`);
      Session.configure({
        settings: () => ({ 'app.tenant': currentRequest()?.get('x-tenant') ?? '', role }),
      });
    });
    afterAll(async () => {
      Session.configure({ settings: undefined });
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await engine.execute(`drop owned by ${role}`);
      await engine.execute(`drop role ${role}`);
      await engine.dispose();
      await database.drop();
    });
    const ask = (
      tenant: string,
      method: string,
      path: string,
      body?: unknown,
      init?: RequestInit,
    ) =>
      fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
        method,
        headers: { 'x-tenant': tenant, 'content-type': 'application/json' },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...init,
      });

    /** All that one tenant does in a round, and whose rows it has met. */
    async function live(tenant: string, round: number): Promise<string[]> {
      const met: string[] = [];
      const nameOf = (what: string): string => `${tenant}-${what}${round}`;
      const userOf = (what: string) => ({
        name: nameOf(what),
        email: `${nameOf(what)}@localhost`,
      });
      const statusOf = async (method: string, path: string, body?: unknown): Promise<number> =>
        (await ask(tenant, method, path, body)).status;
      const created = await ask(tenant, 'POST', '/users', userOf('a'));
      const { id } = (await created.json()) as UserBody;
      const imported = [userOf('b'), userOf('a'), userOf('c')];
      expect(await statusOf('POST', '/users/import', imported)).toBe(200);
      expect(await statusOf('POST', `/users/${id}/messages`, { body: tenant })).toBe(201);

      const list = async (): Promise<void> => {
        const answer = await ask(tenant, 'GET', '/users?per_page=100');
        const { items } = (await answer.json()) as PageBody<UserBody>;
        met.push(...items.map(({ name }) => name));
      };
      const messages = async (): Promise<void> => {
        const answer = await ask(tenant, 'GET', '/messages?per_page=100');
        const { items } = (await answer.json()) as PageBody<MessageBody>;
        met.push(...items.flatMap(({ author, body }) => [author.name, `${body}-`]));
      };
      const exported = async (): Promise<void> => {
        const lines = (await (await ask(tenant, 'GET', '/messages/export')).text()).split('\n');
        const bodies = lines.filter(Boolean).map((line) => (JSON.parse(line) as MessageBody).body);
        met.push(...bodies.map((body) => `${body}-`));
      };
      const leave = async (): Promise<void> => {
        const leaving = new AbortController();
        const asked = ask(tenant, 'POST', '/users', userOf('d'), { signal: leaving.signal });
        setImmediate(() => leaving.abort());
        await asked.catch(() => undefined);
      };
      const steal = async (method: string, body?: unknown): Promise<void> => {
        const answer = await ask(tenant, method, `/users/${id + 7}`, body);
        if (answer.status === 200) met.push(((await answer.json()) as UserBody).name);
      };
      const statuses = await Promise.all([
        statusOf('POST', '/users', userOf('a')),
        statusOf('POST', '/users', '{'),
        statusOf('GET', '/users/2000000000'),
        statusOf('PATCH', `/users/${id}`, { name: nameOf('e') }),
        statusOf('GET', `/find/${TENANTS.find((each) => each !== tenant)}-a${round}`),
      ]);
      expect(statuses.slice(1)).toEqual([400, 404, 200, 404]);
      const stolen = { name: nameOf('stolen') };
      await Promise.all([
        list(),
        messages(),
        exported(),
        leave(),
        steal('GET'),
        steal('PATCH', stolen),
        steal('DELETE'),
      ]);
      return met.filter((name) => !name.startsWith(`${tenant}-`));
    }

    test('each meets its own rows alone, however its requests end, and leaves the others’ as they are', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const foreign = await Promise.all(TENANTS.map((tenant) => live(tenant, round)));
        expect(foreign.flat()).toEqual([]);
      }
      const rows = await engine.execute(
        "select count(*)::int, count(*) filter (where name not like tenant || '-%')::int from users",
      );
      const [all, foreign] = [...(rows.one() as Iterable<number>)];
      expect(foreign).toBe(0);
      expect(all).toBeGreaterThanOrEqual(2 * TENANTS.length * ROUNDS);
      const mixed = await engine.execute(
        'select 1 from messages join users on users.id = user_id where messages.tenant <> users.tenant',
      );
      expect(mixed.rowCount).toBe(0);
    }, 120_000);
  });
}
