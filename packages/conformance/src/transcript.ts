/**
 * The second article's session at the Python prompt, as code: one and the same for every style that has classes.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/
 */
import { inspect } from 'node:util';
import type { ScopedSession } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';

/** What the article imports from `database` and `models`. */
export interface TranscriptSubject {
  readonly Session: ScopedSession;
  readonly User: {
    new (values: { name: string; email: string }): object;
    // oxlint-disable-next-line no-explicit-any -- the article prints users; what else they have differs by library
    readonly query: Query<any>;
  };
}

/** What the article's lines print. */
export const transcript = ["[<User 'admin'>]", "<User 'admin'>"];

/** Runs the article's lines in the current scope, on an empty table; returns what they print. */
export async function replayTranscript({ Session, User }: TranscriptSubject): Promise<string[]> {
  // >>> u = User('admin', 'admin@localhost')
  const u = new User({ name: 'admin', email: 'admin@localhost' });
  // >>> db_session.add(u)
  Session.add(u);
  // >>> db_session.commit()
  await Session.commit();
  // >>> User.query.all()
  const all = await User.query.all();
  // >>> User.query.filter(User.name == 'admin').first()
  const first = (await User.query.filter({ name: 'admin' }).first()) as object;
  return [all, first].map(repr);
}

/** As Python prints it: Node puts blanks inside the brackets of a list. */
function repr(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(repr).join(', ')}]` : inspect(value);
}
