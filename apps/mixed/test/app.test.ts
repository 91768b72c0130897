/** The app itself: routes answered by different libraries on one database, one of them by all four. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { queries as classical } from '@quartet/app-classical/queries';
import { queries as declarative } from '@quartet/app-declarative/queries';
import { db } from '@quartet/app-extension/session';
import { queries as extension } from '@quartet/app-extension/queries';
import { queries as sqlBuilder } from '@quartet/app-sql-builder/queries';
import { onEachEngine } from '@quartet/conformance';
import { runInScope } from '@quartet/db-core';
import type { MessageDetail, Queries } from '@quartet/http-contract';
import { createApp } from '../src/app';
import { Session } from '../src/session';
import { queries } from '../src/queries';

const STYLES: [string, Queries][] = Object.entries({
  extension,
  declarative,
  classical,
  sqlBuilder,
});

describe('the app', () => {
  let server: Server;
  let url: string;

  onEachEngine(
    async (engine) => {
      server = createServer(await createApp(engine)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    (stage) => {
      afterAll(async () => {
        server.closeAllConnections();
        server.close();
        await db.dispose(); // the extension serves several apps: the next engine's is another
      });

      const post = async (path: string, body: object): Promise<Response> =>
        await fetch(url + path, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });

      test('a message that four libraries write is one transaction, and each of them reads it', async () => {
        const user = (await (await post('/users', { name: 'ana', email: 'ana@x' })).json()) as {
          id: number;
        };
        const counts = { checkout: 0, begin: 0, commit: 0 };
        const listeners = (['checkout', 'begin', 'commit'] as const).map((event) => {
          const count = (): void => void counts[event]++;
          stage.engine.on(event, count);
          return () => stage.engine.off(event, count);
        });
        const answer = await post(`/users/${user.id}/messages`, {
          body: 'hello',
          tags: ['b', 'a'],
        });
        for (const stop of listeners) stop();
        expect(answer.status).toBe(201);
        expect(counts).toMatchObject({ begin: 1, commit: 1 });
        const { id } = (await answer.json()) as { id: number };
        const read = STYLES.map(([, { findMessage }]) => runInScope(() => findMessage(id)));
        for (const found of await Promise.all(read)) {
          const { body, author, tags } = found as MessageDetail;
          expect({
            body,
            author: { id: author.id, name: author.name },
            tags: tags.toSorted(),
          }).toEqual({
            body: 'hello',
            author: { id: user.id, name: 'ana' },
            tags: ['a', 'b'],
          });
        }
      });

      test('in one scope a function of each style sees what the others have not committed yet', async () => {
        await runInScope(async () => {
          await Session.execute("INSERT INTO users (name, email) VALUES ('ana', 'ana@x')");
          for (const [, { findAccount }] of STYLES) {
            expect(await findAccount('ana')).toMatchObject({ email: 'ana@x' });
          }
          expect(await stage.probe.count('users')).toBe(0);
          await classical.createAccount('bob', 'bob@x'); // whoever commits, commits everything
        });
        expect(await stage.probe.count('users')).toBe(2);
      });
    },
  );
});

describe('the four styles side by side', () => {
  test.each(Object.keys(queries))('%s is answered by a style, or by all', (name) => {
    const own = queries[name as keyof Queries];
    const origin = STYLES.filter(([, style]) => style[name as keyof Queries] === own);
    expect(origin).toHaveLength(name === 'createMessage' ? 0 : 1);
  });

  test('declarative and classical use their classes by identical code', () => {
    const same = (Object.keys(queries) as (keyof Queries)[]).filter(
      (name) => String(declarative[name]) === String(classical[name]),
    );
    expect(same).toEqual([
      'listUsers',
      'createUser',
      'findUser',
      'updateUser',
      'deleteUser',
      'importUsers',
      'deleteMessage',
      'createAccount',
      'findAccount',
    ]);
  });
});
