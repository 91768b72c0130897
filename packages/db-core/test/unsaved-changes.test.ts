/** What the conformance suite of bindings does not show: the default, and what is watched. */
import type * as Core from '@quartet/db-core';
import { UnsavedChanges } from '../src/session/unsaved-changes';
import type * as Items from './item';
import { onEachEngine } from './support';

onEachEngine((fixture) => {
  const inEnvironment = async (environment: string): Promise<string[]> => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = environment;
    const lines: string[] = [];
    const warn = jest.spyOn(console, 'warn').mockImplementation((line: string) => lines.push(line));
    try {
      await jest.isolateModulesAsync(async () => {
        const core = jest.requireActual<typeof Core>('@quartet/db-core');
        const { Item, mapItems } = jest.requireActual<typeof Items>('./item');
        const engine = core.createEngine(fixture.database.url, { idleInTransactionWarnMs: 0 });
        const Session = core.scopedSession(core.sessionmaker({ bind: engine }));
        mapItems(engine, Session);
        const change = (name: string): Promise<void> =>
          core.runInScope(async () => {
            const items = await Session.query(Item).all();
            for (const item of items) item.name = name;
            await Session.commit();
          });
        await change('x');
        await change('y');
        await engine.dispose();
      });
    } finally {
      process.env['NODE_ENV'] = before;
      warn.mockRestore();
    }
    return lines;
  };

  beforeEach(() => fixture.engine.execute("insert into items (name) values ('a'), ('b')"));

  test('in development a change that is not stored is warned of, once', async () => {
    const lines = await inEnvironment('development');
    expect(lines).toEqual([
      expect.stringMatching(
        /^Item was changed after it was read \(id \d+\), and commit\(\) does not/,
      ),
    ]);
    expect(lines[0]).toContain('Session.add(object)');
  });

  test.each(['production', 'test'])('not so where NODE_ENV is %s', async (environment) => {
    expect(await inEnvironment(environment)).toEqual([]);
  });
});

test('what is no object of a mapped class is passed over', () => {
  const report = jest.fn();
  const changes = new UnsavedChanges(report);
  changes.watch([1, null, undefined, 'a', {}, Object.create(null), new Date()]);
  changes.watch(7);
  changes.report(() => false);
  expect(report).not.toHaveBeenCalled();
});
