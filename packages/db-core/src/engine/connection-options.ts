/** What a connection may be given by the one who asks for it. */
import type { Setting } from '../sql/settings';
import type { BeginMode, TransactionOptions } from '../sql/transaction-options';
import type { ConnectionListener } from './events';

/** What a session has to see of what was written before it, where replicas answer its reads. */
export interface Causality {
  /** Whether they may. */
  readonly readsReplicas: boolean;
  /** Up to where a replica must have replayed the log; undefined where nothing was written. */
  readonly position: string | undefined;
  /** Something was committed that ends at `position`; undefined where the server does not say. */
  committed(position: string | undefined): void;
}

/** Options of `engine.connect()`. */
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
  /** Given where replicas may answer plain reads, as long as the connection has begun no transaction. */
  readonly causality?: Causality | undefined;
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
  causality: true,
};
