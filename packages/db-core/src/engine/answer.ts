/** Waiting for a statement: a server that is silent, or a scope that ends, does not wait for ever. */
import type { DriverConnection } from '../dialects/driver-connection';
import type { OperationalError } from '../errors/errors';
import type { Checkout } from './checkout';
import type { ConnectionStatus } from './connection-host';
import { clearTimeout, setTimeout } from 'node:timers';
import { noAnswer } from '../dialects/deadline';

/**
 * The answer, or its rejection: `running` itself where no limit is set.
 *
 * @throws OperationalError `gone` where a server that has promised to stop what takes too long says nothing.
 */
export function answerInTime<T>(
  connection: ConnectionStatus,
  driver: DriverConnection,
  running: Promise<T>,
): Promise<T> {
  const { answerTimeoutMs } = connection.engine;
  return answerTimeoutMs === 0
    ? running
    : answerWithinLimit(connection, driver, running, answerTimeoutMs);
}

async function answerWithinLimit<T>(
  connection: ConnectionStatus,
  driver: DriverConnection,
  running: Promise<T>,
  answerTimeoutMs: number,
): Promise<T> {
  let silent: OperationalError | undefined;
  const giveUp = (): void => {
    if (connection.occupant)
      timer.refresh(); // a stream takes as long as its reader
    else {
      silent = noAnswer('A statement', answerTimeoutMs);
      driver.destroy();
    }
  };
  const timer = setTimeout(giveUp, answerTimeoutMs);
  try {
    return await running;
  } catch (error) {
    throw silent ?? error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for the `turn` behind the statement in flight, but not for ever: a stream has lost its reader and is ended; a
 * statement is stopped, at once or when it takes too long, and where that does not help the connection is given up.
 *
 * @param cancel whether the statement is stopped at once
 */
export async function turnAfterInFlight(
  connection: ConnectionStatus,
  checkout: Checkout,
  turn: Promise<void>,
  cancel: boolean,
): Promise<void> {
  const { closeTimeoutMs } = connection.engine;
  const giveUp = (): void => checkout.driver?.destroy();
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping = checkout.driver?.cancel().catch(giveUp);
  };
  const { occupant } = connection;
  if (occupant) occupant.destroy();
  else if (cancel) stop();
  const timers = [
    setTimeout(cancel && !occupant ? giveUp : stop, closeTimeoutMs),
    setTimeout(giveUp, 2 * closeTimeoutMs),
  ];
  // The request to stop would else reach the statement of whoever has the connection next: a COMMIT in flight would give it back.
  checkout.hold();
  try {
    await turn;
    await stopping;
  } finally {
    checkout.letGo();
    for (const timer of timers) clearTimeout(timer);
  }
}
