import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

/** Made once, imported everywhere: it stands for the session of whichever request the code runs in. */
export const Session = scopedSession(sessionmaker());

export class Guest extends Model {
  declare static readonly query: Query<Guest>;
  declare id: number;
  declare name: string;
}
Object.defineProperty(Guest, 'query', Session.queryProperty());

const defineGuest = (sequelize: Sequelize) =>
  Guest.init(
    { name: { type: DataTypes.STRING(50), allowNull: false, unique: true } },
    { sequelize, tableName: 'guests' },
  );

/** Ties the session and the models to a database, and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, {
    models: [defineGuest],
    define: { timestamps: false },
  });
  await createAll(sequelize);
}
