/** The four libraries under one interface: what the tests do with each is the library's own call. */
import { dataSource } from '@quartet/app-classical/database';
import { User as MappedUser } from '@quartet/app-classical/models';
import { User as DeclaredUser } from '@quartet/app-declarative/models';
import { db } from '@quartet/app-extension/session';
import { User as ExtensionUser } from '@quartet/app-extension/models';
import { knex } from '@quartet/app-sql-builder/database';
import type { Sequelize } from 'sequelize';
import { QueryTypes } from 'sequelize';

export interface Library {
  readonly name: string;
  /** Inserts a user of that name. */
  write(name: string): Promise<unknown>;
  /** The names of all users, sorted. */
  read(): Promise<string[]>;
  /** Gives the user of that name another e-mail. */
  change(name: string, email: string): Promise<unknown>;
  /** Runs `fn` in a transaction as the library's users begin one. */
  transaction(fn: () => Promise<void>): Promise<void>;
  /** The only value of a statement. */
  scalar(sql: string): Promise<unknown>;
}

const user = (name: string) => ({ name, email: `${name}@localhost` });
const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name).sort();

function sequelizeLibrary(
  name: string,
  sequelize: () => Sequelize,
  User: typeof ExtensionUser | typeof DeclaredUser,
): Library {
  const Model = User as typeof ExtensionUser;
  return {
    name,
    write: (who) => Model.create(user(who)),
    read: async () => names(await Model.findAll()),
    change: (who, email) => Model.update({ email }, { where: { name: who } }),
    transaction: (fn) => sequelize().transaction(fn),
    scalar: async (sql) => only(await sequelize().query(sql, { type: QueryTypes.SELECT })),
  };
}

export const sequelize = sequelizeLibrary('Sequelize', () => db.sequelize, ExtensionUser);

export const sequelizeTypescript = sequelizeLibrary(
  'sequelize-typescript',
  () => DeclaredUser.sequelize as Sequelize,
  DeclaredUser,
);

export const typeorm: Library = {
  name: 'TypeORM',
  write: (who) => dataSource.manager.insert(MappedUser, user(who)),
  read: async () => names(await dataSource.manager.find(MappedUser)),
  change: (who, email) => dataSource.manager.update(MappedUser, { name: who }, { email }),
  transaction: (fn) => dataSource.transaction(fn),
  scalar: async (sql) => only(await dataSource.query(sql)),
};

export const knexLibrary: Library = {
  name: 'Knex',
  write: async (who) => await knex('users').insert(user(who)),
  read: async () => names(await knex('users').select('name')),
  change: async (who, email) => await knex('users').where({ name: who }).update({ email }),
  transaction: (fn) => knex.transaction(fn),
  scalar: async (sql) => only(await knex.select(knex.raw(sql.replace(/^SELECT /, '')))),
};

export const libraries = [sequelize, sequelizeTypescript, typeorm, knexLibrary];

function only(rows: unknown): unknown {
  const [row] = rows as object[];
  return Object.values(row ?? {})[0];
}
