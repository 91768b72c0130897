/** What the articles say of the classical style. */
import { onEachEngine, Probe, replayTranscript, transcript } from '@quartet/conformance';
import { IntegrityError, runInScope } from '@quartet/db-core';
import { freshDatabase } from '@quartet/testing';
import { initDb, Session } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';

onEachEngine(initDb, (stage) => {
  test('the session at the prompt prints what the second article prints', async () => {
    expect(await runInScope(() => replayTranscript({ Session, User }))).toEqual(transcript);
  });

  test('the scoped session is made once, and every module that imports it means the session of its scope', async () => {
    const { Session: imported } = require('../src/database') as typeof import('../src/database');
    expect(imported).toBe(Session);
    const sessions = new Set<unknown>();
    for (let round = 0; round < 2; round++) {
      await runInScope(async () => {
        sessions.add(Session());
        Session.add(new User({ name: 'admin', email: 'admin@localhost' }));
        await Session.flush();
        // Not committed, yet queries.ts sees it: it has imported the same scoped session.
        expect(await queries.findAccount('admin')).toMatchObject({ name: 'admin' });
        expect(imported()).toBe(Session());
      });
    }
    expect(sessions.size).toBe(2);
    expect(await stage.probe.count('users')).toBe(0);
  });

  test('after a duplicate the session is usable once it is rolled back', async () => {
    await runInScope(async () => {
      Session.add(new User({ name: 'admin', email: 'admin@localhost' }));
      await Session.commit();
      Session.add(new User({ name: 'admin', email: 'other@localhost' }));
      await expect(Session.commit()).rejects.toThrow(IntegrityError);
      await Session.rollback();
      Session.add(new User({ name: 'guest', email: 'guest@localhost' }));
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
    await jest.isolateModulesAsync(async () => {
      jest.doMock('../src/models', () => ({})); // as if initDb imported nothing
      const core = require('@quartet/db-core') as typeof import('@quartet/db-core');
      const app = require('../src/database') as typeof import('../src/database');
      const engine = core.createEngine(database.url);
      await app.initDb(engine);
      await expect(
        core.runInScope(() => app.Session.execute('SELECT * FROM users')),
      ).rejects.toThrow(core.ProgrammingError);
      await engine.dispose();
      jest.dontMock('../src/models');
    });
    expect(await probe.schema()).toEqual({});
    await probe.close();
    await database.drop();
  });
});
