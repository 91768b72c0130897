/** Rows that scenarios need before they begin, made with plain SQL that the page does not show. */
import type { ScenarioContext } from '../scenario-context';

const BATCH = 100;

/**
 * Adds authors and messages, distributed evenly, and gives all messages the tag, if there is one.
 *
 * @returns the authors' ids
 */
export async function addMessages(
  context: ScenarioContext,
  { authors, messages, tag }: { authors: number; messages: number; tag?: string },
): Promise<number[]> {
  const { engine } = context;
  const people = Array.from({ length: authors }, (_, index) =>
    context.uniqueUser(`author-${index + 1}`),
  );
  return await engine.begin(async (connection) => {
    const insert = async (sql: string, rows: readonly (readonly unknown[])[]): Promise<void> => {
      for (let at = 0; at < rows.length; at += BATCH) {
        const batch = rows.slice(at, at + BATCH);
        const places = batch.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
        await connection.execute(`${sql} values ${places}`, batch.flat());
      }
    };
    await insert(
      'insert into users (name, email)',
      people.map(({ name, email }) => [name, email]),
    );
    const found = await connection.execute('select id from users where name like ? order by id', [
      context.uniqueName('author-%'),
    ]);
    const users = found.scalars().map(Number);
    const bodies = Array.from({ length: messages }, (_, index) => [
      users[index % authors],
      `Message ${index + 1}`,
    ]);
    await insert('insert into messages (user_id, body)', bodies);
    if (tag !== undefined) {
      await insert('insert into tags (name)', [[tag]]);
      await connection.execute(
        `insert into message_tags (message_id, tag_id) select m.id, t.id from messages m, tags t
          where t.name = ? and m.user_id in (select id from users where name like ?)`,
        [tag, context.uniqueName('author-%')],
      );
    }
    return users;
  });
}

/** How many users this context has made. */
export async function countOwnRows(context: ScenarioContext): Promise<number> {
  const found = await context.engine.execute('select count(*) from users where name like ?', [
    context.uniqueName('%'),
  ]);
  return Number(found.scalar());
}
