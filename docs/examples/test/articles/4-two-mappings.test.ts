/** Article 4: its app, the same for both mappings. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArgumentError, createEngine, IntegrityError, runInScope } from '@quartet/db-core';
import { ServerProcess } from '@quartet/testing';
import { createApp } from '../../src/articles/4-two-mappings/app';
import * as classical from '../../src/articles/4-two-mappings/classical';
import * as declarative from '../../src/articles/4-two-mappings/declarative';
import { closeOnce, onEachEngine, repr, testClient } from './support';

test('convert_unicode is refused: everything is Unicode', () => {
  expect(() => createEngine('sqlite:///./test.db', { convert_unicode: true } as object)).toThrow(
    ArgumentError,
  );
  expect(declarative.engine.url.database).toBe('./test.db');
});

onEachEngine((stage) => {
  afterEach(() => closeOnce(declarative.Account.sequelize));

  describe.each(Object.entries({ declarative, classical }))('%s', (_name, mapped) => {
    beforeEach(async () => {
      mapped.dbSession.configure({ bind: stage.engine });
      await mapped.initDb(stage.engine);
    });

    test('the routes answer with the article’s texts', () =>
      testClient(createApp(mapped), async (client) => {
        expect(await client.get('/')).toBe('Flask + SQLAlchemy');
        expect(await client.get('/find/ana')).toBe('Not found');
        expect(await client.get('/create/ana/ana@localhost')).toBe('Created account for ana');
        expect(await client.get('/find/ana')).toBe('Found: ana');
      }));

    test('a duplicate is rolled back, and the next request goes well', () =>
      testClient(createApp(mapped), async (client) => {
        await client.get('/create/ana/ana@localhost');
        expect(await client.get('/create/ana/other')).toBe('Creation failed');
        expect(await client.get('/create/other/ana@localhost')).toBe('Creation failed');
        expect(await client.get('/create/other/other')).toBe('Created account for other');
      }));

    test('after the rollback the same session is usable', () =>
      runInScope(async () => {
        const { Account, dbSession } = mapped;
        const add = async (username: string): Promise<void> => {
          dbSession.add(new Account({ username, contact: `${username}@localhost` }));
          await dbSession.commit();
        };
        await add('ana');
        const session = dbSession();
        await expect(add('ana')).rejects.toThrow(IntegrityError);
        await dbSession.rollback();
        await add('bo');
        expect(dbSession()).toBe(session);
        expect(repr(await Account.query.orderBy('id').all())).toBe('[<Account ana>, <Account bo>]');
      }));

    test('tables are made once: a second initDb leaves rows as they are', async () => {
      const { Account, dbSession, initDb } = mapped;
      await runInScope(async () => {
        dbSession.add(new Account({ username: 'ana' }));
        await dbSession.commit();
      });
      await initDb(stage.engine);
      expect(await runInScope(() => Account.query.count())).toBe(1);
    });
  });
});

test('python app.py: the tables are made, and the app listens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quartet-article-'));
  const main = join(__dirname, '../../src/articles/4-two-mappings/main.ts');
  const server = new ServerProcess(main, folder);
  try {
    const { url } = await server.listening();
    const get = async (path: string): Promise<string> => (await fetch(url + path)).text();
    expect(await get('/create/ana/ana@localhost')).toBe('Created account for ana');
    expect(await get('/find/ana')).toBe('Found: ana');
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true });
  }
});
