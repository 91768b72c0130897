/** Article 1: its routes, the tests of its repository, and what it says of the engine and the session. */
import { inspect } from 'node:util';
import type * as Program from '../../src/articles/1-without-the-extension/declarative';
import type * as Models from '../../src/articles/1-without-the-extension/models';
import { closeOnce, onEachEngine, repr, testClient } from './support';

process.env['SQLALCHEMY_URL'] = 'sqlite://';
const { app, emptyDb, engine, Session } =
  require('../../src/articles/1-without-the-extension/declarative') as typeof Program;
const { Message } = require('../../src/articles/1-without-the-extension/models') as typeof Models;
const { createEngine, runInScope } =
  require('@quartet/db-core') as typeof import('@quartet/db-core');

afterAll(() => engine.dispose());

test('the URL comes from the environment; one that is not set is an error with examples', () => {
  expect(String(engine)).toBe('<Engine sqlite://>');
  for (const unset of [undefined, ''])
    expect(() => createEngine(unset)).toThrow(/The database URL is not set\..*sqlite:\/\/\//s);
});

test('the models depend on no web framework, the app does', () => {
  const loadsExpress = (file: string): boolean => {
    let loaded = false;
    jest.isolateModules(() => {
      jest.doMock('express', () => {
        loaded = true;
        return jest.requireActual<object>('express');
      });
      require(`../../src/articles/1-without-the-extension/${file}`);
    });
    jest.dontMock('express');
    return loaded;
  };
  expect([loadsExpress('models'), loadsExpress('declarative')]).toEqual([false, true]);
});

onEachEngine((stage) => {
  // @pytest.fixture def client(): Base.metadata.drop_all(engine); Base.metadata.create_all(engine)
  beforeEach(async () => {
    Session.configure({ bind: stage.engine });
    await emptyDb(stage.engine);
  });
  afterEach(() => closeOnce(Message.sequelize));

  test('test_hello: the greeting of the starter', () =>
    testClient(app, async (client) => {
      expect(JSON.parse(await client.get('/'))).toEqual({ message: 'Hello friend!' });
    }));

  test('test_messages: what one request has committed, the next reads as a list of messages', async () => {
    // #region tests
    await runInScope(async () => {
      // [1] message = Message(message='Hello there!')
      const message = new Message({ message: 'Hello there!' });

      // [1] Session.add(message)
      Session.add(message);

      // [1] Session.commit()
      await Session.commit();

      // [1] Session.remove()
      // => in a request, and here too, it happens by itself
      await Session.remove();
    });

    // [1] client = app.app.test_client()
    await testClient(app, async (client) => {
      // [1] data = json.loads(client.get('/messages').data)
      const data: unknown = JSON.parse(await client.get('/messages'));

      expect(data).toEqual([{ message: 'Hello there!' }]);
    });
    // #endregion
  });

  test('without the commit the next request reads nothing', async () => {
    await runInScope(async () => {
      Session.add(new Message({ message: 'Hello there!' }));
      await Session.flush();
      await Session.remove();
    });
    await testClient(app, async (client) => {
      expect(JSON.parse(await client.get('/messages'))).toEqual([]);
    });
  });

  test('a message prints as the article says, and its column may be empty', () =>
    runInScope(async () => {
      Session.addAll([new Message({ message: 'hi' }), new Message()]);
      await Session.commit();
      const [first, second] = await Session.query(Message).orderBy('id').all();
      expect(repr(first)).toBe("<Message(message='hi')>");
      expect(inspect(second?.message)).toBe('null');
    }));
});
