/** Migrations and the styles' createAll make the same tables. */
import { Probe } from '@quartet/conformance';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { createTables, reflect } from '@quartet/db-core/reflection';
import { seedSampleData } from '@quartet/http-contract';
import { Migrator } from '@quartet/migrations';
import type { BareSchema, EngineName } from '@quartet/testing';
import { bareSchema, freshDatabase, testEngines } from '@quartet/testing';
import { openStyle, STYLES } from '../src/styles';

/** What two readers, independent of our libraries, find in a database after `prepare`. */
async function schemaAfter(
  name: EngineName,
  prepare: (engine: Engine) => Promise<unknown>,
): Promise<{ bare: BareSchema; probed: unknown }> {
  const database = await freshDatabase(name);
  const engine = createEngine(database.url);
  await prepare(engine);
  await engine.dispose();
  const probe = await Probe.open(name, database.url);
  const { quartet_migrations: _, ...probed } = await probe.schema();
  await probe.close();
  const { quartet_migrations: __, ...bare } = await bareSchema(database.url);
  await database.drop();
  return { bare, probed };
}

describe.each(testEngines())('on $name', ({ name }) => {
  let migrated: unknown;
  beforeAll(async () => {
    migrated = await schemaAfter(name, (engine) => new Migrator(engine).migrate());
  });

  test.each(STYLES)('the %s style makes the tables that migrations make', async (style) => {
    const made = await schemaAfter(name, (engine) => openStyle(style, engine));
    expect(Object.keys(made.bare)).toHaveLength(4);
    expect(made).toEqual(migrated);
  });

  test('reflection makes the tables that migrations make, from an original of them', async () => {
    const database = await freshDatabase(name);
    const original = createEngine(database.url);
    await new Migrator(original).migrate();
    const tables = await reflect(original);
    expect(await schemaAfter(name, (engine) => createTables(engine, tables))).toEqual(migrated);
    await original.dispose();
    await database.drop();
  });

  test.each(STYLES)(
    'the %s style works on migrated tables and leaves them as they are',
    async (style) => {
      const opened = await schemaAfter(name, async (engine) => {
        await new Migrator(engine).migrate();
        const { queries } = await openStyle(style, engine);
        expect(await seedSampleData(queries)).toBe(true);
        const counted = await engine.execute('select count(*) from messages');
        expect(Number(counted.first()?.[0])).toBe(5);
      });
      expect(opened).toEqual(migrated);
    },
  );
});
