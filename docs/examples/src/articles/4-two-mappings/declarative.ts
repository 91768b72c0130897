/** Article 4, declarative mapping: `database` and `models`. */
import { inspect } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { Column, DataType, Model, Table } from 'sequelize-typescript';

// #region engine

// [4] engine = create_engine('sqlite:///./test.db', convert_unicode=True)
// => everything is Unicode; `convert_unicode` is no option any more, and in SQLAlchemy neither
export const engine = createEngine('sqlite:///./test.db');

export const dbSession = scopedSession(
  sessionmaker({ autocommit: false, autoflush: false, bind: engine }),
);

// #endregion

export abstract class Base extends Model {
  declare static readonly query: Query<Model>;
}
Object.defineProperty(Base, 'query', dbSession.queryProperty());

export async function initDb(bind: Engine = engine): Promise<void> {
  const sequelize = await bindSequelize(bind, { models: [Account], define: { timestamps: false } });
  await createAll(sequelize);
}

// #region models

// [4] class Account(Base): __tablename__ = 'accounts'
@Table({ tableName: 'accounts' })
export class Account extends Base {
  // For TypeScript: what the base class has, as a query of this one.
  declare static readonly query: Query<Account>;

  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column({ type: DataType.STRING(50), unique: true })
  declare username: string | null;

  @Column({ type: DataType.STRING(120), unique: true })
  declare contact: string | null;

  // [4] def __repr__(self): return f'<Account {self.username}>'
  [inspect.custom](): string {
    return `<Account ${this.username}>`;
  }
}

// #endregion
