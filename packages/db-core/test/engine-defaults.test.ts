/** What the engine was created with holds for the sessions bound to it, unless they say otherwise. */
import { runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  test('a session has the access mode of its engine', async () => {
    const Session = scopedSession(sessionmaker({ bind: fixture.another({ readOnly: true }) }));
    const insert = () => Session.execute("insert into items (name) values ('a')");
    await runInScope(() => expect(insert()).rejects.toThrow(/read.?only/i));
    await runInScope(async () => {
      await Session.begin({ readOnly: false });
      await insert();
      await Session.commit();
    });
    expect(await fixture.names()).toEqual(['a']);
  });

  if (fixture.name !== 'sqlite') {
    test('a session has the isolation level of its engine', async () => {
      const engine = fixture.another({ isolationLevel: 'READ UNCOMMITTED' });
      const Session = scopedSession(sessionmaker({ bind: engine }));
      await runInScope(async () => {
        if (fixture.name === 'postgres') {
          const level = await Session.execute('show transaction_isolation');
          expect(level.scalar()).toBe('read uncommitted');
          return;
        }
        const writer = fixture.engine.connect();
        await Session.execute('select name from items');
        await writer.begin();
        await writer.execute("insert into items (name) values ('not committed')");
        expect((await Session.execute('select count(*) from items')).scalar()).toBe(1);
        await writer.close();
      });
    });
  }
});
