/** What a connection may be given by the one who asks for it. */
import type { Setting } from '../sql/settings';
import type { BeginMode, TransactionOptions } from '../sql/transaction-options';
import type { ConnectionListener } from './events';

export interface ConnectionOptions {
  /** Whether the first statement begins a transaction. Default false: each commits by itself until `begin()`. */
  readonly autobegin?: boolean;
  /** Whether the driver connection is kept until `close()` (the default) or given back after each transaction. */
  readonly keepsConnection?: boolean;
  /** Default: the dialect's. */
  readonly begin?: BeginMode | undefined;
  /** For every transaction of this connection, over the engine's own. */
  readonly transaction?: TransactionOptions | undefined;
  /** What each transaction is begun with, asked for when it begins. */
  readonly settings?: (() => readonly Setting[]) | undefined;
  /** The session it belongs to, for events. */
  readonly session?: object | undefined;
  /** Listens to everything that happens on it. */
  readonly listener?: ConnectionListener | undefined;
  /** Called when BEGIN has been sent. */
  readonly onBegin?: () => void;
}

export const CONNECTION_OPTIONS: Readonly<Record<keyof ConnectionOptions, true>> = {
  autobegin: true,
  keepsConnection: true,
  begin: true,
  transaction: true,
  settings: true,
  session: true,
  listener: true,
  onBegin: true,
};
