/** Login with a slow hash: no connection is held while a password is hashed. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { bindSequelize, createAll } from '@quartet/db-sequelize';
import { errorHandler, HttpProblem, jsonBody } from '@quartet/express-service';
import type { Express, Request } from 'express';
import express from 'express';
import type { Sequelize } from 'sequelize';
import { DataTypes, Model } from 'sequelize';

export const Session = scopedSession(sessionmaker());

export class User extends Model {
  declare static readonly query: Query<User>;
  declare id: number;
  declare name: string;
  declare hash: string;
  declare logins: number;
}
Object.defineProperty(User, 'query', Session.queryProperty());

const defineUser = (sequelize: Sequelize) =>
  User.init(
    {
      name: { type: DataTypes.STRING(50), allowNull: false, unique: true },
      hash: { type: DataTypes.STRING(200), allowNull: false },
      logins: { type: DataTypes.INTEGER, allowNull: false, defaultValue: 0 },
    },
    { sequelize, tableName: 'users' },
  );

// #region hash
const slow = promisify<string, Buffer, number, Buffer>(scrypt); // in libuv's threads: the event loop goes on

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await slow(password, salt, 32)).toString('hex')}`;
}

export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [salt = '', expected = ''] = hash.split(':');
  return timingSafeEqual(
    await slow(password, Buffer.from(salt, 'hex'), 32),
    Buffer.from(expected, 'hex'),
  );
}
// #endregion

/** @param verify for tests: another check of the password */
export async function createApp(engine: Engine, verify = verifyPassword): Promise<Express> {
  Session.configure({ bind: engine });
  await createAll(
    await bindSequelize(engine, { models: [defineUser], define: { timestamps: false } }),
  );
  const nobody = await hashPassword(''); // what an unknown name is checked against

  const app = express();
  initApp(app);
  // #region routes
  app.post('/users', jsonBody(), async (req, res) => {
    const { name, password } = credentials(req);
    const hash = await hashPassword(password); // before the first statement
    Session.add(new User({ name, hash }));
    await Session.commit();
    res.status(201).json({ name });
  });

  app.post('/login', jsonBody(), async (req, res) => {
    const { name, password } = credentials(req);
    const user = await User.query.filterBy({ name }).first();
    await Session.release(); // whatever the mode, no connection is held during the next line
    const isRight = await verify(password, user?.hash ?? nobody);
    if (!user || !isRight) throw new HttpProblem(401, 'The name or the password is wrong.');

    // The user was read before the wait: the statement says again what it relies on.
    const counted = await Session.execute(
      'UPDATE users SET logins = logins + 1 WHERE id = :id AND hash = :hash',
      { id: user.id, hash: user.hash },
    );
    if (counted.rowCount === 0) throw new HttpProblem(401, 'The password was changed meanwhile.');
    await Session.commit();
    res.json({ name });
  });
  // #endregion
  app.use(noteErrors, errorHandler());
  return app;
}

function credentials({ body }: Request): { name: string; password: string } {
  const { name, password } = (body ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || typeof password !== 'string')
    throw new HttpProblem(400, 'A login has a name and a password.');
  return { name, password };
}
