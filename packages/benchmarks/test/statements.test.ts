import { testEngines } from '@quartet/testing';
import { Database } from '../src/harness/database';
import { routeOf } from '../src/harness/routes';
import { countStatements } from '../src/harness/statements';
import { variantOf } from '../src/variants';

/** What is sent for a user that is read, and for one that is written, by each variant: from its source. */
const SENT = {
  bare: { read: 1, write: 1 },
  'bare-tx': { read: 1, write: 3 },
  execute: { read: 1, write: 3 },
};

describe.each(testEngines())('statements on $name', (engine) => {
  let database: Database;
  beforeAll(async () => {
    database = await Database.create(engine.name);
  });
  afterAll(() => database.drop());

  it.each(Object.entries(SENT))('%s: BEGIN and COMMIT are counted', async (id, sent) => {
    const [read, write] = [routeOf('GET /users/:id'), routeOf('POST /users')];
    const counted = await countStatements(variantOf(id), database, [read, write]);
    // On MariaDB a session's first statement begins its transaction by itself, and a read's end is a statement.
    const isImplicit = engine.name === 'mariadb' && id === 'execute';
    expect(counted[read.name]?.statements).toBe(isImplicit ? 2 : sent.read);
    expect(counted[write.name]?.statements).toBe(isImplicit ? 2 : sent.write);
  });

  if (engine.name === 'postgres') {
    it('BEGIN takes no round trip', async () => {
      const write = routeOf('POST /users');
      const counted = await countStatements(variantOf('execute'), database, [write]);
      expect(counted[write.name]?.roundTrips).toBe(2);
    });
  }
});
