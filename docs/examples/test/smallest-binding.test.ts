/** The page "Write a binding". */
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindTable } from '../src/smallest-binding';

test('a class of one’s own is saved, found, changed and deleted by a session', async () => {
  // #region use
  const engine = createEngine('sqlite://');
  const Session = scopedSession(sessionmaker({ bind: engine }));
  class Note {
    id!: number;
    constructor(public text: string) {}
  }
  bindTable(engine, Note, 'notes', ['text']);

  await engine.execute('create table notes (id integer primary key, text varchar(50))');
  await runInScope(async () => {
    const note = new Note('hello');
    Session.add(note);
    await Session.commit();
    note.text = 'good-bye';
    Session.add(note);
    await Session.commit();
    expect(await Session.query(Note).filterBy({ text: 'good-bye' }).one()).toEqual(note);
    expect(await Session.get(Note, `${note.id}`)).toBeInstanceOf(Note);
  });
  // #endregion
  await runInScope(async () => {
    const note = await Session.query(Note).one();
    await engine.execute("update notes set text = 'from elsewhere'");
    await Session.refresh(note);
    expect(note.text).toBe('from elsewhere');
    Session.delete(note);
    await Session.rollback();
    expect(await Session.query(Note).count()).toBe(1);
    Session.delete(note);
    await Session.commit();
    expect(await Session.query(Note).count()).toBe(0);
    expect(await Session.get(Note, 'x')).toBeUndefined();
  });
  await engine.dispose();
});
