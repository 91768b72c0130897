/** One question in four styles. */
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { bindSequelize } from '@quartet/db-sequelize';
import { bindTypeorm, mapper } from '@quartet/db-typeorm';
import { DataTypes, Model } from 'sequelize';

export const Session = scopedSession(sessionmaker());

class SequelizeUser extends Model {
  declare name: string;
}

class TypeormUser {
  id!: number;
  name!: string;
}
mapper(TypeormUser, {
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String },
  },
});

/** The names of all users, sorted, as users of each library ask for them. */
export interface Styles {
  sequelize(): Promise<string[]>;
  typeorm(): Promise<string[]>;
  knex(): Promise<string[]>;
  sql(): Promise<string[]>;
}

export async function open(engine: Engine): Promise<Styles> {
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  SequelizeUser.init({ name: DataTypes.STRING }, { sequelize, tableName: 'users' });
  const dataSource = await bindTypeorm(engine, { entities: [TypeormUser] });
  const knex = bindKnex(engine);

  return {
    async sequelize() {
      const users = await SequelizeUser.findAll({ order: ['name'] });
      return users.map((user) => user.name);
    },
    async typeorm() {
      void dataSource; // yours to ask
      throw new Error('Not written yet');
    },
    async knex() {
      void knex; // yours to ask
      throw new Error('Not written yet');
    },
    async sql() {
      const users = await Session.execute('select name from users order by name');
      return users.scalars<string>();
    },
  };
}
