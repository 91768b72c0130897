/** A feed of messages with their authors. */
import type { Engine } from '@quartet/db-core';
import type { Query } from '@quartet/db-core/orm';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import { DataTypes, Model } from 'sequelize';

export const Session = scopedSession(sessionmaker());

class User extends Model {
  declare id: number;
  declare name: string;
}

class Message extends Model {
  declare static query: Query<Message>;
  declare id: number;
  declare body: string;
  declare userId: number;
  declare author: User;
}
Object.defineProperty(Message, 'query', Session.queryProperty());

export async function open(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  const sequelize = await bindSequelize(engine, { define: { timestamps: false } });
  User.init({ name: DataTypes.STRING }, { sequelize, tableName: 'users' });
  Message.init(
    { body: DataTypes.STRING, userId: { type: DataTypes.INTEGER, field: 'user_id' } },
    { sequelize, tableName: 'messages' },
  );
  Message.belongsTo(User, { as: 'author', foreignKey: 'userId' });
}

/** `ana: Hello`, the newest first. */
export async function feed(): Promise<string[]> {
  const lines = [];
  for (const message of await Message.query.orderBy('-id').all()) {
    const author = await Session.get(User, message.userId);
    lines.push(`${author?.name}: ${message.body}`);
  }
  return lines;
}
