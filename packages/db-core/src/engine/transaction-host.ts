/** What a transaction asks of the connection it belongs to, and what it is told when it is made. */
import type { DriverConnection } from '../dialects/driver-connection';
import type { ConnectionEvent, EventDetails } from './events';
import type { TransactionDefaults } from './transaction-request';

export interface TransactionHost {
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
  /** Whether a script with a BEGIN and a COMMIT of its own may run as it is. */
  readonly takesScripts: boolean;
}
