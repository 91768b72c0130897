/** What a transaction asks of the connection it belongs to, and what it is told when it is made. */
import type { DriverConnection } from '../dialects/driver-connection';
import type { BeginMode } from '../sql/transaction-options';
import type { Causality } from './connection-options';
import type { ConnectionEvent, EventDetails } from './events';
import type { TransactionDefaults } from './transaction-request';

export interface TransactionHost {
  /** Given where replicas may answer reads: what was committed must be told to it. */
  readonly causality: Causality | undefined;
  /** The driver connection held now. */
  readonly driver: DriverConnection | undefined;
  /** The driver connection, borrowed from the pool if need be. */
  acquire(): DriverConnection | Promise<DriverConnection>;
  /** The driver connection is in an unknown state: it must not be used again. */
  markBroken(): void;
  notify(event: ConnectionEvent, details?: EventDetails): void;
}

export interface TransactionSettings extends TransactionDefaults {
  /** Whether the first statement begins a transaction. */
  readonly autobegin: boolean;
  /**
   * When one begins that a library begins outside a session: with the first statement, which its failure then ends. On
   * SQLite as it is in a session: who has read in a transaction may be refused to write in it.
   */
  readonly librarysBegin: BeginMode | undefined;
  /** Whether a script with a BEGIN and a COMMIT of its own may run as it is. */
  readonly takesScripts: boolean;
}
