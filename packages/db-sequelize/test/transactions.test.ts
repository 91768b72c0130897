/** Transactions that Sequelize is asked for by hand: isolation levels, hooks, and where they run. */
import { OperationalError, runInScope, translateError } from '@quartet/db-core';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { expectWarning } from '@quartet/testing';
import type { Sequelize } from 'sequelize';
import { QueryTypes, Transaction } from 'sequelize';
import { defineModels, User } from './models';
import { onEachEngine } from '@quartet/conformance/binding';

const { SERIALIZABLE } = Transaction.ISOLATION_LEVELS;

onEachEngine(
  (fixture) => {
    let sequelize: Sequelize;
    const add = (name: string, transaction?: Transaction | null) =>
      User.create({ name, email: `${name}@x` }, { transaction: transaction ?? null });
    const stored = async (): Promise<unknown[]> =>
      (await fixture.engine.execute('select name from users order by name')).scalars();

    beforeAll(async () => {
      sequelize = await bindSequelize(fixture.engine, {
        models: [defineModels],
        define: { timestamps: false },
      });
      await createAll(sequelize);
    });
    beforeEach(() => fixture.engine.execute('delete from users'));
    afterEach(() => expect(fixture.engine.status().inUse).toBe(0));
    afterAll(() => sequelize.close());

    test('one begun outside every scope and used inside one stays its own', async () => {
      const transaction = await sequelize.transaction();
      await runInScope(async () => {
        await add('outer', transaction);
        await add('lost');
      }).catch((error: unknown) => {
        // SQLite has one writer: the session waits for the transaction, which waits for nobody.
        expect(fixture.name).toBe('sqlite');
        expect(translateError(error)).toBeInstanceOf(OperationalError);
      });
      await transaction.commit();
      expect(await stored()).toEqual(['outer']);
    });

    test('one begun in a scope is the session’s, even where its context is lost', async () => {
      await runInScope(async () => {
        const transaction = await sequelize.transaction();
        const { outsideScope } = await import('@quartet/db-core');
        await outsideScope(() => add('inner', transaction));
        expect(await stored()).toEqual([]);
        await transaction.commit();
        await fixture.Session.commit();
      });
      expect(await stored()).toEqual(['inner']);
    });

    test('its afterCommit hook runs at the savepoint; the session’s runs when all is really committed', () =>
      runInScope(async () => {
        const order: string[] = [];
        const { Session } = fixture;
        await sequelize.transaction(async (transaction) => {
          transaction.afterCommit(() => void order.push('library'));
          await add('a', transaction);
        });
        Session.afterCommit(() => order.push('session'));
        order.push('before commit');
        await Session.commit();
        expect(order).toEqual(['library', 'before commit', 'session']);
      }));

    test('an isolation level is applied outside a session and in one that has done nothing yet', async () => {
      if (fixture.name === 'sqlite') {
        await sequelize.transaction({ isolationLevel: SERIALIZABLE }, (transaction) =>
          add('a', transaction),
        );
        expect(await stored()).toEqual(['a']);
        return;
      }
      await add('a');
      // What serializable means: PostgreSQL says so, MariaDB locks what is only read.
      const isSerializable = async (transaction: Transaction): Promise<boolean> => {
        if (fixture.name === 'postgres') {
          const [row] = await sequelize.query<{ transaction_isolation: string }>(
            'SHOW transaction_isolation',
            { transaction, type: QueryTypes.SELECT },
          );
          return row?.transaction_isolation === 'serializable';
        }
        await User.findAll({ transaction });
        const other = fixture.engine.execute('select * from users for update nowait');
        return other.then(
          () => false,
          () => true,
        );
      };
      const asked = (): Promise<boolean> =>
        sequelize.transaction({ isolationLevel: SERIALIZABLE }, isSerializable);
      expect(await asked()).toBe(true);
      expect(await runInScope(asked)).toBe(true);
      expect(await sequelize.transaction(isSerializable)).toBe(false);
    });

    test('an isolation level is refused where the session’s transaction is open already', async () => {
      if (fixture.name === 'sqlite') return; // its transactions are serializable anyway
      if (fixture.name === 'mariadb') expectWarning(/Rolling back transaction .* failed/); // it was never begun
      await runInScope(async () => {
        await add('a');
        const refused = sequelize.transaction({ isolationLevel: SERIALIZABLE }, (transaction) =>
          add('b', transaction),
        );
        await expect(refused).rejects.toThrow(
          fixture.name === 'mariadb' ? /session/ : /already open/,
        );
        await fixture.Session.commit();
      });
      expect(await stored()).toEqual(['a']);
    });
  },
  { busyTimeoutMs: 300 },
);
