/** What the articles say of every style: the transcript, one scoped session for all modules, the model that no module imports. */
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { ScopedSession } from '@quartet/db-core';
import { IntegrityError, runInScope } from '@quartet/db-core';
import { freshDatabase } from '@quartet/testing';
import { onEachEngine } from '../on-each-engine';
import { Probe } from '../probe/probe';
import { replayTranscript, transcript } from '../transcript';
import type { Style } from './style';

const ADMIN = { name: 'admin', email: 'admin@localhost' };
const GUEST = { name: 'guest', email: 'guest@localhost' };

/** A file of the app under test, as it is loaded in this module registry. */
const load = (file: string): unknown => require(sourceOf(file));
const sourceOf = (file: string): string => join(process.cwd(), 'src', file);

/** Registers the suite on each engine; called in a test file of the app. */
export function registerArticles({ Session, User, ...style }: Style): void {
  onEachEngine(style.initDb, (stage) => {
    if (User)
      test('the session at the prompt prints what the second article prints', async () => {
        expect(await runInScope(() => replayTranscript({ Session, User }))).toEqual(transcript);
      });

    if (User)
      test('an object says the same by String, in a template and at the prompt', async () => {
        await runInScope(async () => {
          await style.add(ADMIN);
          await Session.commit();
          const user = await Session.query(User).one();
          expect([String(user), `${user}`, inspect(user)]).toEqual(Array(3).fill("<User 'admin'>"));
        });
      });

    test('the scoped session is made once, and every module that imports it means the session of its scope', async () => {
      const { Session: imported } = load('session') as { Session: ScopedSession };
      expect(imported).toBe(Session);
      const sessions = new Set<unknown>();
      for (let round = 0; round < 2; round++) {
        await runInScope(async () => {
          sessions.add(Session());
          await style.add(ADMIN);
          await Session.flush();
          // Not committed, yet queries.ts sees it: it has imported the same scoped session.
          expect(await style.queries.findAccount('admin')).toMatchObject({ name: 'admin' });
          expect(imported()).toBe(Session());
        });
      }
      expect(sessions.size).toBe(2);
      expect(await stage.probe.count('users')).toBe(0);
    });

    test('after a duplicate the session is usable once it is rolled back', async () => {
      await runInScope(async () => {
        await style.add(ADMIN);
        await Session.commit();
        const again = async (): Promise<void> => {
          await style.add({ ...ADMIN, email: 'other@localhost' });
          await Session.commit();
        };
        await expect(again()).rejects.toThrow(IntegrityError);
        await Session.rollback();
        await style.add(GUEST);
        await Session.commit();
      });
      expect((await stage.probe.snapshot()).users).toMatchObject([
        { name: 'admin' },
        { name: 'guest' },
      ]);
    });

    test('a model that initDb has not imported gets no table', async () => {
      const database = await freshDatabase(stage.name);
      const probe = await Probe.open(stage.name, database.url);
      // A module's namespace, as `import * as models` sees it.
      const models = Object.defineProperty({ ...style.noModels }, '__esModule', { value: true });
      await jest.isolateModulesAsync(async () => {
        jest.doMock(sourceOf('models'), () => models);
        const core = require('@quartet/db-core') as typeof import('@quartet/db-core');
        const app = {
          ...(load('database') as Pick<Style, 'initDb'>),
          ...(load('session') as Pick<Style, 'Session'>),
        };
        const engine = core.createEngine(database.appUrl);
        await app.initDb(engine);
        await expect(
          core.runInScope(() => app.Session.execute('SELECT * FROM users')),
        ).rejects.toThrow(core.ProgrammingError);
        await engine.dispose();
        jest.dontMock(sourceOf('models'));
      });
      expect(await probe.schema()).toEqual({});
      await probe.close();
      await database.drop();
    });
  });
}
