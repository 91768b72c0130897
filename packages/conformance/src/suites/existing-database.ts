/** A database that is there already is used as it is: only what is missing is made. */
import type { DialectName } from '@quartet/db-core';
import type { Probe } from '../probe/probe';
import { TABLES } from '../probe/probe';
import { dialectOf, referenceSchema } from '../reference-schema';
import type { MessageBody, PageBody, UserBody } from '../support/client';
import { Fixture } from '../support/fixture';
import type { TestContext } from '../support/suite';
import { suiteWithOwnFixtures } from '../support/suite';

export const existingDatabase = suiteWithOwnFixtures('existing database', (test) => {
  test('tables that somebody else made, with thousands of rows, are used as they are', async (context) => {
    let before: unknown;
    await withDatabase(
      context,
      async (probe) => {
        await makeTables(probe, context, TABLES);
        const ids = await probe.addUsers(2_000);
        await probe.addMessagesInTurn(ids, 5_000, (n) => `message ${n}`);
        before = [await probe.schema(), await probe.snapshot()];
      },
      async ({ api, probe }) => {
        expect([await probe.schema(), await probe.snapshot()]).toEqual(before);
        const users = (await api.get('/users?page=100')).json<PageBody<UserBody>>();
        expect([users.total, users.items.at(-1)?.name]).toEqual([2_000, 'user2000']);
        const messages = (await api.get('/messages')).json<PageBody<MessageBody>>();
        expect([messages.total, messages.items[0]?.body]).toEqual([5_000, 'message 4999']);
        const user = await api.createUser('new');
        await api.createMessage(user.id, 'new', ['tag']);
        expect(await probe.count('messages')).toBe(5_001);
      },
    );
  });

  test('of the tables only those that are missing are made', async (context) => {
    await withDatabase(
      context,
      async (probe) => {
        await makeTables(probe, context, ['users', 'tags']);
        await probe.addUsers(10);
      },
      async ({ api, probe }) => {
        expect(Object.keys(await probe.schema()).sort()).toEqual([
          'message_tags',
          'messages',
          'tags',
          'users',
        ]);
        const [{ id }] = (await api.get('/users')).json<PageBody<UserBody>>().items as [UserBody];
        expect((await api.createMessage(id, 'x', ['t'])).author.name).toBe('user1');
        expect(await probe.count('users')).toBe(10);
      },
    );
  });

  test('an instant is one, however the database calls its type and has written it', async (context) => {
    const dialect = dialectOf[context.engine];
    for (const { type, stored } of SPELLINGS[dialect]) {
      await withDatabase(
        context,
        async (probe) => {
          await probe.rows(referenceSchema[dialect].users);
          await probe.rows(
            referenceSchema[dialect].messages.replace(
              /created_at .*?NOT NULL/,
              `created_at ${type} NOT NULL`,
            ),
          );
          const [author] = await probe.addUsers(1);
          await probe.rows(
            `INSERT INTO messages (user_id, body, created_at) VALUES (${author}, 'there', ${stored})`,
          );
        },
        async ({ api }) => {
          const at = '2026-01-02T03:04:05.000Z';
          const { items } = (await api.get('/messages')).json<PageBody<MessageBody>>();
          const [message] = items;
          const one = (await api.get(`/messages/${message?.id}`)).json<MessageBody>();
          const [top] = (await api.get('/stats/top-authors')).json<{ last_message_at: string }[]>();
          const seen = [message?.created_at, one.created_at, top?.last_message_at];
          expect({ type, stored, seen }).toEqual({ type, stored, seen: [at, at, at] });
          const made = await api.createMessage(message?.author.id ?? 0, 'new', []);
          expect(Math.abs(Date.parse(made.created_at) - Date.now())).toBeLessThan(60_000);
        },
      );
    }
  });

  test('an app that is started again finds what it left', async (context) => {
    await withDatabase(
      context,
      async () => undefined,
      async (fixture) => {
        const user = await fixture.api.createUser('ana');
        await fixture.api.createMessage(user.id, 'x', ['t']);
        const before = [await fixture.probe.schema(), await fixture.probe.snapshot()];
        await context.subject.createApp(fixture.engine);
        expect([await fixture.probe.schema(), await fixture.probe.snapshot()]).toEqual(before);
        expect((await fixture.api.get(`/users/${user.id}`)).status).toBe(200);
      },
    );
  });
});

/** How others declare a column of instants, and what their defaults and programs write into it. */
const SPELLINGS: Record<DialectName, readonly { type: string; stored: string }[]> = {
  sqlite: [
    ...['datetime', 'timestamp', 'datetime(3)', 'TIMESTAMP WITH TIME ZONE', 'text', ''].flatMap(
      (type) => [
        { type, stored: "'2026-01-02 03:04:05'" }, // current_timestamp
        { type, stored: "'2026-01-02T03:04:05.000Z'" },
      ],
    ),
    { type: 'datetime', stored: "'2026-01-02 03:04:05.000 +00:00'" }, // Sequelize
    { type: 'integer', stored: "unixepoch('2026-01-02 03:04:05')" },
  ],
  postgresql: ['timestamptz', 'timestamptz(0)', 'timestamp', 'timestamp(6)'].map((type) => ({
    type,
    stored: "'2026-01-02 03:04:05+00'",
  })),
  mysql: [
    ...['datetime', 'datetime(6)'].map((type) => ({ type, stored: "'2026-01-02 03:04:05'" })),
    // Kept as an instant: a literal would be of the writer's zone.
    ...['timestamp', 'timestamp(3)'].map((type) => ({ type, stored: 'from_unixtime(1767323045)' })),
  ],
};

async function makeTables(
  probe: Probe,
  { engine }: TestContext,
  tables: readonly (typeof TABLES)[number][],
): Promise<void> {
  for (const table of tables) await probe.rows(referenceSchema[dialectOf[engine]][table]);
}

async function withDatabase(
  { subject, engine }: TestContext,
  prepare: (probe: Probe) => Promise<void>,
  use: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const fixture = await Fixture.open(subject, engine, { prepare });
  try {
    await use(fixture);
    await fixture.settled();
  } finally {
    await fixture.close();
  }
}
