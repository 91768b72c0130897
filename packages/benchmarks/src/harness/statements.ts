/**
 * How many statements a request sends, and how often it waits for the server: counted where they pass, so that nobody is
 * asked who might not know. On the servers a proxy between a variant and its database reads the protocol; on SQLite, where
 * there are no round trips, the drivers' own methods are wrapped in the process that is counted.
 */
import type { Watcher } from '@quartet/testing';
import { proxy } from '@quartet/testing';
import type { Variant } from '../variants/variant';
import { answers } from './compare';
import type { Statements } from './counter';
import type { Database } from './database';
import type { Route } from './routes';
import { Server } from './server';

/** By route. */
export type StatementsOfRoutes = Record<string, Statements>;

/** Asks a server of its own, so that what is measured has no proxy before it. */
export async function countStatements(
  variant: Variant,
  database: Database,
  routes: readonly Route[],
): Promise<StatementsOfRoutes> {
  const counter: Statements = { statements: 0, roundTrips: 0 };
  const found: StatementsOfRoutes = {};
  const watch = { sqlite: undefined, postgres, mariadb }[database.engineName];
  const through = watch && (await proxy(database.url, () => watch(counter)));
  let server: Server | undefined;
  try {
    const started = await Server.start(variant.id, through?.url ?? database.url, [], {
      ...(!through && { BENCH_COUNT: '1' }),
    });
    server = started;
    let counted = counter;
    // One request ends before the next one, so that each finds the one connection which is open.
    const count = async (): Promise<void> => {
      const inProcess = await started.counted();
      counted = through ? { ...counter } : inProcess;
    };
    for (const route of routes) {
      await answers(server, [route], count); // what is asked once for each connection is not of a request
      await database.reset();
      const before = counted;
      const { length } = await answers(server, [route], count);
      const after = counted;
      found[route.name] = {
        statements: (after.statements - before.statements) / length,
        roundTrips: (after.roundTrips - before.roundTrips) / length,
      };
      await database.reset();
    }
  } finally {
    await server?.stop();
    through?.close();
  }
  return found;
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
function postgres(counter: Statements): Watcher {
  const messages = (prefixed: boolean, see: (type: string) => void) => {
    let rest: Buffer = Buffer.alloc(0);
    let hasType = prefixed;
    return (data: Buffer): void => {
      rest = Buffer.concat([rest, data]);
      for (;;) {
        const offset = hasType ? 1 : 0; // the first message of a client has a length and no type
        if (rest.length < offset + 4) return;
        const length = offset + rest.readInt32BE(offset);
        if (rest.length < length) return;
        if (hasType) see(rest.toString('latin1', 0, 1));
        hasType = true;
        rest = rest.subarray(length);
      }
    };
  };
  return {
    asked: messages(false, (type) => {
      if (type === 'Q' || type === 'E') counter.statements++; // a Query, or the Execute of a prepared one
    }),
    answered: messages(true, (type) => {
      if (type === 'Z') counter.roundTrips++; // ReadyForQuery
    }),
  };
}

const COM_QUERY = 0x03;
const COM_STMT_PREPARE = 0x16;
const COM_STMT_EXECUTE = 0x17;

/** @see https://mariadb.com/kb/en/0-packet/ */
function mariadb(counter: Statements): Watcher {
  let rest: Buffer = Buffer.alloc(0);
  return {
    asked(data) {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 5) {
        const length = 4 + rest.readUIntLE(0, 3);
        if (rest.length < length) return;
        const [sequence, command] = [rest[3], rest[4]];
        if (sequence === 0) {
          if (command === COM_QUERY || command === COM_STMT_EXECUTE) counter.statements++;
          if ([COM_QUERY, COM_STMT_EXECUTE, COM_STMT_PREPARE].includes(command as number))
            counter.roundTrips++;
        }
        rest = rest.subarray(length);
      }
    },
  };
}
