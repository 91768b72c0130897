/**
 * TypeORM's EntityManager of a session: it knows that a transaction is open, so `save()` and `remove()` open none
 * of their own (a savepoint each, on top of every statement) and pessimistic locks are allowed.
 */
import type { Session } from '@quartet/db-core';
import type { DataSource, EntityManager } from 'typeorm';

type Managers = Map<DataSource, EntityManager>;
const KEY = 'quartet.typeorm';

/**
 * The manager for the transaction that `session` is in; ask for it anew after `commit()` or `rollback()`.
 *
 * @example
 * const manager = sessionManager(dataSource, Session());
 * const user = await manager.findOneOrFail(User, { where: { id }, lock: { mode: 'pessimistic_write' } });
 * await manager.save(Object.assign(user, changes));
 * await Session.commit();
 */
export function sessionManager(dataSource: DataSource, session: Session): EntityManager {
  const managers = (session.info[KEY] ??= new Map()) as Managers;
  const known = managers.get(dataSource);
  if (known) return known;
  const runner = dataSource.createQueryRunner();
  // What startTransaction() sets, without its BEGIN: the session has seen to that. `transaction()` makes savepoints then.
  Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
  managers.set(dataSource, runner.manager);
  const release = (): Promise<void> => {
    managers.delete(dataSource);
    return runner.release();
  };
  session.afterCommit(release);
  session.afterRollback(release);
  return runner.manager;
}
