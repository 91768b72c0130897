/**
 * What libraries mean by BEGIN, SAVEPOINT and COMMIT: inside a session they nest, outside one they are real. A library
 * ends what it has begun itself, and nothing else.
 */
import type { TransactionControl } from '../sql/statement';
import type { Caller, SavepointOwner } from './savepoint';
import type { Transaction } from './transaction';
import { InvalidRequestError } from '../errors/errors';
import { transactionOptionsOf } from '../sql/transaction-options';

/** Carries out what a library sent. @throws InvalidRequestError where it is not the library's to ask for. */
export async function carryOut(
  transaction: Transaction,
  control: TransactionControl,
  caller: Caller,
): Promise<void> {
  const { owner } = caller;
  switch (control.op) {
    case 'set-transaction':
      return transaction.adopt(transactionOptionsOf(control));
    case 'begin':
      return begin(transaction, control, caller);
    case 'savepoint':
      return transaction.beginNested(caller, { label: control.name as string });
    case 'release':
      transaction.assertUsable();
      return transaction.savepoints.releaseNamed(owner, control.name as string);
    case 'rollback-to':
      transaction.assertUsable();
      return transaction.savepoints.rollbackToNamed(owner, control.name as string);
    case 'commit':
    case 'rollback':
      return end(transaction, control.op, owner);
  }
}

async function begin(
  transaction: Transaction,
  control: TransactionControl,
  caller: Caller,
): Promise<void> {
  transaction.adopt(transactionOptionsOf(control));
  if (transaction.autobegins || transaction.active) return transaction.beginNested(caller);
  await transaction.beginFor(caller.owner, control.immediate);
}

async function end(
  transaction: Transaction,
  how: 'commit' | 'rollback',
  owner: SavepointOwner,
): Promise<void> {
  if (transaction.savepoints.hasOpen(owner))
    return how === 'rollback' ? transaction.rollbackNested(owner) : transaction.commitNested(owner);
  if (how === 'commit') transaction.assertUsable();
  if (transaction.isBegunBy(owner)) return transaction.end(how);
  // On MariaDB DDL has ended it before: nothing is left to end, and a server would not mind.
  if (!transaction.active && !transaction.autobegins) return;
  if (transaction.isLost) return; // the session has yet to roll its own transaction back
  throw new InvalidRequestError(
    `${how.toUpperCase()} was sent inside a session, whose transaction is not the statement's to end: call Session.${how}().`,
  );
}
