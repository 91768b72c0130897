/** Completion of `Session.`: a proxy whose members Node cannot list. */
import type { Completer, AsyncCompleter } from 'node:readline';
import { Session } from '@quartet/db-core';

const OWN = ['configure', 'factory', 'has', 'queryProperty', 'remove'];
/** Members that are internal to db-core. */
const INTERNAL = ['constructor', 'end', 'load'];

const MEMBERS = [...Object.getOwnPropertyNames(Session.prototype), ...OWN, 'info']
  .filter((name) => !INTERNAL.includes(name))
  .sort((a, b) => a.localeCompare(b));

/** Completes the members of a scoped session; everything else is left to the REPL's own completer. */
export function completeSession(otherwise: Completer | AsyncCompleter): AsyncCompleter {
  return (line, done) => {
    const typed = /(?:^|[^\w$.])((?:Session|session|db\.session)\.(\w*))$/.exec(line);
    if (!typed) return (otherwise as AsyncCompleter)(line, done);
    const [, whole = '', start = ''] = typed;
    const path = whole.slice(0, whole.length - start.length);
    const found = MEMBERS.filter((name) => name.startsWith(start)).map((name) => path + name);
    return done(null, [found, whole]);
  };
}
