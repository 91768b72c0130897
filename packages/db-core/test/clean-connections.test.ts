import type { Engine } from '@quartet/db-core';
import { onEachEngine } from './support';

/** By engine: what a session leaves on its connection, what shows it, and what shows afterwards. */
const LEFT = {
  sqlite: [
    ['pragma case_sensitive_like = on', "select 'A' like 'a'", 1],
    ['pragma foreign_keys(off)', 'pragma foreign_keys', 1],
    [
      '/* by hand */ PRAGMA main.cache_size = 17',
      'select cache_size <> 17 from pragma_cache_size',
      1,
    ],
    ['create temp table left_there (n int)', 'select count(*) from temp.sqlite_master', 0],
    ["attach ':memory:' as other", 'select count(*) from pragma_database_list', 1],
  ],
  postgres: [
    ["set application_name = 'mine'", "select current_setting('application_name')", 'quartet'],
    [
      "select set_config('app.tenant', 'a', false)",
      "select coalesce(current_setting('app.tenant', true), '')",
      '',
    ],
    [
      'create temporary table left_there (n int)',
      "select count(*)::int from pg_class where relname = 'left_there'",
      0,
    ],
    [
      'select pg_advisory_lock(4711)',
      "select count(*)::int from pg_locks where locktype = 'advisory' and objid = 4711 and database = (select oid from pg_database where datname = current_database())",
      0,
    ],
    ['prepare left_there as select 1', 'select count(*)::int from pg_prepared_statements', 0],
  ],
  mariadb: [
    ["set session sql_mode = 'ANSI_QUOTES'", "select @@sql_mode like '%ANSI_QUOTES%'", 0],
    ['set @left_there = 1', 'select @left_there', null],
    ["select get_lock('left_there', 0)", "select is_free_lock('left_there')", 1],
  ],
} as const;

onEachEngine((fixture) => {
  const alone = (): Engine => fixture.another({ poolSize: 1 });
  test.each(LEFT[fixture.name])(
    'what a session leaves behind, the next does not find: %s',
    async (leave, look, clean) => {
      const engine = alone();
      const connection = engine.connect({ autobegin: true, keepsConnection: false });
      await connection.execute(leave);
      await connection.commit();
      await connection.close();
      expect((await engine.execute(look)).scalar()).toBe(clean);
    },
  );

  test('a connection on which nothing was left is kept', async () => {
    const engine = alone();
    const own = {
      sqlite: ['pragma table_info(items)', 'select 1'],
      postgres: [
        "select set_config('app.tenant', 'a', true)",
        'set local work_mem = 1024',
        'select 1',
      ],
      mariadb: ['select @@version', "select 'a@b'", 'select 1'],
    }[fixture.name];
    for (const sql of own) {
      const connection = engine.connect({ autobegin: true });
      await connection.execute(sql);
      await connection.commit();
      await connection.close();
    }
    expect(engine.status()).toMatchObject({ size: 1, opened: 1 });
  });
});
