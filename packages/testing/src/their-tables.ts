/** Tables without models and migrations, as another program makes them: for tests of reflection. */
import type { EngineName } from './engines';

interface Executor {
  execute(sql: string): Promise<unknown>;
}

/** Each database's words for the columns below. */
const WORDS = {
  sqlite: {
    id: 'integer primary key',
    instant: 'datetime',
    now: `(strftime('%Y-%m-%dT%H:%M:%fZ','now'))`,
    json: 'json',
    bin: 'blob',
  },
  postgres: {
    id: 'serial primary key',
    instant: 'timestamptz(3)',
    now: 'now()',
    json: 'jsonb',
    bin: 'bytea',
  },
  mariadb: {
    id: 'int auto_increment primary key',
    instant: 'datetime(3)',
    now: '(utc_timestamp(3))',
    json: 'json',
    bin: 'blob',
  },
};

/** Users, their messages, letters (with a key of two columns and two references to users), logs without a key. */
export async function makeTheirTables(engine: Executor, name: EngineName): Promise<void> {
  const { id, instant, now, json, bin } = WORDS[name];
  for (const sql of [
    `create table users (id ${id}, name varchar(50) not null unique, active boolean, score decimal(10,2), doc ${json}, photo ${bin}, born date)`,
    `create table messages (id ${id}, user_id integer not null, body text not null, created_at ${instant} not null default ${now},
      stars integer not null default 3, foreign key (user_id) references users (id) on delete cascade)`,
    `create table letters (code varchar(9) not null, part integer not null, sender_id integer not null, recipient_id integer,
      primary key (code, part), foreign key (sender_id) references users (id), foreign key (recipient_id) references users (id))`,
    'create index ix_messages on messages (user_id, created_at)',
    'create table logs (line varchar(50))',
  ])
    await engine.execute(sql);
}

export async function dropTheirTables(engine: Executor): Promise<void> {
  for (const name of ['logs', 'letters', 'messages', 'users'])
    await engine.execute(`drop table ${name}`);
}
