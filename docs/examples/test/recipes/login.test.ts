import { runInScope } from '@quartet/db-core';
import { until } from '@quartet/testing';
import { createApp, Session, User, verifyPassword } from '../../src/recipes/login';
import { gate, onEachEngine } from './support';

let hashing = gate();
const verify = async (password: string, hash: string): Promise<boolean> => {
  await hashing.pass();
  return verifyPassword(password, hash);
};

onEachEngine(
  (engine) => createApp(engine, verify),
  (stage) => {
    const login = (password: string, name = 'ana') =>
      stage.ask('POST', '/login', { name, password });
    beforeAll(async () => {
      await stage.ask('POST', '/users', { name: 'ana', password: 'secret' });
    });
    beforeEach(() => {
      hashing = gate();
    });
    afterEach(() => hashing.open());

    test('more users than the pool has connections hash their passwords at once, and none is held', async () => {
      const logins = Array.from({ length: 12 }, () => login('secret'));
      await until(() => hashing.waiting === 12);
      expect(stage.engine.status()).toMatchObject({ inUse: 0, waiting: 0 });
      hashing.open();
      for (const { status } of await Promise.all(logins)) expect(status).toBe(200);
      expect(await stage.stored('select logins from users')).toEqual([12]);
    });

    test('with a transaction open during the hash, as many hash as the pool has connections', async () => {
      const held = Array.from({ length: 12 }, () =>
        runInScope(async () => {
          // #region held
          await Session.begin({ begin: 'on-first-statement' }); // as MariaDB's default is
          const user = await User.query.filterBy({ name: 'ana' }).first();
          // no release(): the transaction, and its connection, wait with us
          await verify('secret', user?.hash ?? '');
          // #endregion
        }),
      );
      await until(() => hashing.waiting === 4 && stage.engine.status().waiting === 8);
      expect(stage.engine.status().inUse).toBe(4);
      hashing.open();
      await Promise.all(held);
    });

    test('a password that is changed during the hash lets nobody in', async () => {
      const late = login('secret');
      await until(() => hashing.waiting === 1);
      const [hash] = await stage.stored<string>('select hash from users');
      await stage.engine.execute("update users set hash = '00:00'");
      hashing.open();
      expect((await late).status).toBe(401);
      await stage.engine.execute('update users set hash = ?', [hash]);
    });

    test('who is wrong is refused, known or not, and a name is taken once', async () => {
      hashing.open();
      expect((await login('wrong')).status).toBe(401);
      expect((await login('secret', 'nobody')).status).toBe(401);
      expect(hashing.waiting).toBe(2); // the unknown name costs a hash as well
      expect((await login(7 as never)).status).toBe(400);
      const again = await stage.ask('POST', '/users', { name: 'ana', password: 'x' });
      expect(again.status).toBe(409);
      expect((await login('secret')).status).toBe(200);
    });
  },
);
