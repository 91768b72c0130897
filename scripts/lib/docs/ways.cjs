'use strict';
// The ways of a statement and of a request through the code, call by call. Each call names the file and the member that it
// means; a member that is no longer there is an error, so that the pictures change with the code.
const fs = require('node:fs');
const path = require('node:path');

const CORE = 'packages/db-core/src';

/** @type {Record<string, [from: string, to: string, file: string, member: string, what: string][]>} */
const WAYS = {
  statement: [
    [
      'library',
      'facade',
      'drivers/pg/pg-client.ts',
      'query',
      'the library calls its driver, which is ours',
    ],
    [
      'facade',
      'route',
      'drivers/route.ts',
      'run',
      'passes on the text, the values and a function that makes the real driver call',
    ],
    [
      'route',
      'session',
      'session/current.ts',
      'currentConnection',
      'finds the connection of the current session; outside every scope the route borrows one',
    ],
    [
      'route',
      'connection',
      'engine/statement-runner.ts',
      'run',
      'waits for its turn: one statement at a time, in the order of asking',
    ],
    [
      'connection',
      'sql',
      'engine/engine.ts',
      'describe',
      'says what the statement is, from a cache',
    ],
    [
      'connection',
      'transaction',
      'engine/library-control.ts',
      'carryOut',
      'BEGIN, SAVEPOINT and COMMIT of a library are carried out here, as savepoints, and go no further',
    ],
    [
      'connection',
      'pool',
      'engine/checkout.ts',
      'acquire',
      'a driver connection is checked out, unless one is held already',
    ],
    [
      'connection',
      'transaction',
      'engine/transaction.ts',
      'prepare',
      'sends BEGIN or SAVEPOINT where the statement is the first that needs it',
    ],
    [
      'connection',
      'driver',
      'dialects/postgresql/connection.ts',
      'query',
      'the function of the facade is called with the driver connection, whose client writes to the socket',
    ],
    [
      'driver',
      'connection',
      'engine/transaction.ts',
      'after',
      'takes in what the answer says of the transaction; `afterFailure` does so with an error',
    ],
    [
      'connection',
      'pool',
      'engine/checkout.ts',
      'release',
      'after a transaction, or a statement outside one, the driver connection goes back',
    ],
    [
      'connection',
      'library',
      'engine/driver-call.ts',
      'AS_DRIVER',
      'the library gets the answer, or the error, in the form in which its driver gives it',
    ],
  ],
  request: [
    [
      'express',
      'scopes',
      'express/request-scopes.ts',
      'middleware',
      'each request gets a scope; `LoopTurns` spreads many of them over turns of the event loop',
    ],
    [
      'scopes',
      'handler',
      'session/scope.ts',
      'enterScope',
      'runs the routes inside the scope, by AsyncLocalStorage',
    ],
    [
      'handler',
      'session',
      'session/current.ts',
      'sessionIn',
      'the first use of `Session`, or of a bound library, makes the session',
    ],
    ['session', 'scope', 'session/scope.ts', 'add', 'the scope holds it'],
    [
      'scope',
      'scopes',
      'http/request-scopes.ts',
      '#watch',
      'from now on the end of the answer and of the socket are listened to',
    ],
    ['handler', 'session', 'session/session.ts', 'commit', 'the handler commits, then answers'],
    [
      'handler',
      'scopes',
      'express/init-app.ts',
      'noteErrors',
      'an error that a handler has thrown is noted for the teardown hooks',
    ],
    [
      'handler',
      'client',
      '../../express-service/src/error-handler.ts',
      'errorHandler',
      'the error becomes a problem document',
    ],
    [
      'client',
      'scopes',
      'http/request-scopes.ts',
      '#tearDown',
      'the answer is out or the client has left: once, whichever comes first',
    ],
    ['scopes', 'scope', 'session/scope.ts', 'close', 'nothing can be opened in the scope any more'],
    [
      'scope',
      'session',
      'session/session.ts',
      'end',
      'the session ends, with the connections of each engine',
    ],
    [
      'session',
      'connection',
      'engine/connection.ts',
      'end',
      'waits for the statement in flight, or stops it; rolls back what is not committed',
    ],
    [
      'connection',
      'pool',
      'engine/pool.ts',
      'release',
      'the driver connection goes back, or is closed if something was left on it',
    ],
    [
      'scopes',
      'handler',
      'http/request-scopes.ts',
      'onTeardown',
      'the hooks are called with what the request failed with',
    ],
  ],
};

/**
 * @param {string} root
 * @param {string} name
 * @param {(target: string) => string} link
 */
exports.wayOf = (root, name, link) => {
  const steps = WAYS[name].map(([from, to, within, member, what]) => {
    const file = path.posix.join(CORE, within);
    if (!declares(fs.readFileSync(path.join(root, file), 'utf8'), member))
      throw new Error(`${file} has no '${member}': the way of a ${name} in ways.cjs names it`);
    return { from, to, file, member, what };
  });
  return [
    '```mermaid',
    'sequenceDiagram',
    '  autonumber',
    ...steps.map(({ from, to, member }) => `  ${from}->>${to}: ${member.replace('#', '')}`),
    '```',
    '',
    ...steps.map(
      ({ file, member, what }, i) =>
        `${i + 1}. \`${member}\` in [${path.posix.basename(file)}](${link(file)}): ${what}.`,
    ),
  ].join('\n');
};

/** Whether a file declares this name at its top level, or as a member of a class. */
function declares(text, name) {
  const top = `(?:export )?(?:async )?(?:function|class|const) ${name}\\b`;
  const inClass = `  (?:readonly |protected |async |get )*${name}[(<: ]`;
  return new RegExp(`^(?:${top}|${inClass})`, 'm').test(text);
}
