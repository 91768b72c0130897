/** The same model classes on one engine after another, as tests do. */
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import type { Engine } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { BindSequelizeOptions } from '@quartet/db-sequelize';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import * as decorated from './decorated-models';
import * as defined from './models';

const STYLES: [
  string,
  NonNullable<BindSequelizeOptions['models']>,
  typeof decorated | typeof defined,
][] = [
  ['defined', [defined.defineModels], defined],
  ['decorated', Object.values(decorated), decorated],
];

describe.each(testEngines())('on $name', (testEngine) => {
  test.each(STYLES)(
    'methods of %s associations use the engine bound last',
    async (_, models, module) => {
      const { User, Message, Tag } = module as typeof decorated;
      const Session = scopedSession(sessionmaker());
      const former: Engine[] = [];
      const databases: FreshDatabase[] = [];
      for (const round of [1, 2]) {
        const database = await freshDatabase(testEngine);
        databases.push(database);
        const engine = createEngine(database.url);
        Session.configure({ bind: engine });
        const sequelize = await bindSequelize(engine, { models, define: { timestamps: false } });
        await createAll(sequelize);
        for (const other of former)
          other.on('query', ({ sql }) => expect(sql).toBe('sent to the former engine'));
        await runInScope(async () => {
          const user = await User.create({ name: `user${round}`, email: 'x@localhost' });
          const message = await Message.create({ userId: user.id, body: 'x' });
          await (message as unknown as { setTags(tags: object[]): Promise<void> }).setTags([
            await Tag.create({ name: 't' }),
          ]);
          await Session.commit();
          expect((await Session.execute('select * from message_tags')).rowCount).toBe(1);
        });
        former.push(engine);
      }
      for (const engine of former) await engine.dispose();
      for (const database of databases) await database.drop();
    },
  );

  test('methods that the program wrote itself stay', async () => {
    class Own extends defined.User {
      getMessages(): string {
        return 'mine';
      }
    }
    for (let round = 0; round < 2; round++) {
      const database = await freshDatabase(testEngine);
      const engine = createEngine(database.url);
      await bindSequelize(engine, {
        models: [
          defined.defineModels,
          (sequelize) =>
            Own.init({}, { sequelize, tableName: 'own' }).hasMany(defined.Message, {
              as: 'messages',
            }),
        ],
      });
      expect(new Own().getMessages()).toBe('mine');
      await engine.dispose();
      await database.drop();
    }
  });
});
