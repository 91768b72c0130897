/**
 * Sequelize on its own pool, as its documentation shows, by `define` and by the decorators of
 * sequelize-typescript; and managed by CLS, with a transaction around each operation.
 *
 * On SQLite it needs the package `sqlite3`, whose build takes minutes. `BENCH_SQLITE3` names a folder that contains it;
 * otherwise our facade replaces it, outside every scope, so that no session is involved.
 *
 * @see https://sequelize.org/docs/v6/other-topics/transactions/#automatically-pass-transactions-to-all-queries
 */
import 'reflect-metadata';
import type { Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import { sqlite3Driver } from '@quartet/db-sequelize';
import type { Dialect, Model, ModelStatic, Options, Transaction as Tx } from 'sequelize';
import { DataTypes, Sequelize, Transaction } from 'sequelize';
import { createdAt } from './created-at';
import * as decorated from './sequelize-typescript-models';
import type { Measured, Setup } from './plain';
import { inTransactions } from './plain';
import type { Running, Target } from './variant';
import { POOL_SIZE, SQLITE3, targetOf } from './variant';

const parserStore = require('sequelize/lib/dialects/parserStore') as (dialect: string) => {
  refresh(type: { types: object; parse: (text: unknown) => unknown }): void;
};

/** The typings of cls-hooked are in another package. */
const cls = require('cls-hooked') as { createNamespace(name: string): object };

interface UserModel extends Model {
  id: number;
  name: string;
  email: string;
}

interface MessageModel extends Model {
  id: number;
  body: string;
  createdAt: Date;
  author: UserModel;
  /** The name for `define`; with the decorators it is `$add`. */
  addTags?(tags: readonly Model[], options: object): Promise<void>;
  $add?(what: string, tags: readonly Model[], options: object): Promise<unknown>;
}

interface Models {
  readonly User: ModelStatic<UserModel>;
  readonly Message: ModelStatic<MessageModel>;
  readonly Tag: ModelStatic<Model>;
}

export function startSequelize(url: string, setup: Setup): Promise<Running> {
  return start(url, 'sequelize', setup, defined);
}

export function startSequelizeTypescript(url: string, setup: Setup): Promise<Running> {
  return start(url, 'sequelize-typescript', setup, decorate);
}

/** One transaction for each operation, found by every query through `cls-hooked`. */
export function startSequelizeCls(url: string, setup: Setup): Promise<Running> {
  Sequelize.useCLS(cls.createNamespace('benchmark'));
  return start(url, 'sequelize-cls', setup, defined);
}

interface Made {
  readonly sequelize: Sequelize;
  readonly models: Models;
}

async function start(
  url: string,
  library: string,
  { door, transaction }: Setup,
  make: (options: Options) => Made,
): Promise<Running> {
  const target = targetOf(url);
  const standIn = target.engine === 'sqlite' && !SQLITE3 ? createEngine(url) : undefined;
  const { sequelize, models } = await openSequelize(target, standIn, make);
  const queries = queriesOf(sequelize, models, transaction);
  const around = <T>(operation: () => Promise<T>): Promise<T> =>
    sequelize.transaction(() => operation());
  return {
    app: door(transaction === 'request' ? inTransactions(queries, around) : queries, url, library),
    async close() {
      await sequelize.close();
      await standIn?.dispose();
    },
  };
}

/** @param standIn replaces the package `sqlite3` where there is none. */
export async function openSequelize(
  target: Target,
  standIn: Engine | undefined,
  make: (options: Options) => Made = defined,
): Promise<Made> {
  const made = make(optionsFor(target, standIn));
  if (target.engine === 'sqlite') keepDateTimes();
  await made.sequelize.authenticate();
  return made;
}

/** On SQLite it reads by what the database calls a column: text of a `datetime` stays as it is, for the model to read. */
function keepDateTimes(): void {
  parserStore('sqlite').refresh({
    types: { sqlite: ['DATETIME'] },
    parse: (text: unknown) => text,
  });
}

function defined(options: Options): Made {
  const sequelize = new Sequelize(options);
  return { sequelize, models: define(sequelize) };
}

function optionsFor(target: Target, standIn: Engine | undefined): Options {
  const common: Options = {
    logging: false,
    define: { timestamps: false },
    pool: { max: POOL_SIZE },
  };
  if (target.engine === 'sqlite') {
    return {
      ...common,
      dialect: 'sqlite',
      storage: target.file,
      dialectModule: standIn ? sqlite3Driver(standIn) : realSqlite3(),
      transactionType: Transaction.TYPES.IMMEDIATE,
    } as Options;
  }
  const { host, port, user, password, database } = target;
  return {
    ...common,
    dialect: target.engine === 'postgres' ? 'postgres' : 'mysql',
    host,
    port,
    username: user,
    database,
    ...(password && { password }),
  };
}

interface Sqlite3 {
  readonly Database: new (...args: unknown[]) => { run(sql: string): void };
}

/** The package itself, with the same settings for disk syncs as the other drivers here. */
function realSqlite3(): object {
  const sqlite3 = require(SQLITE3 as string) as Sqlite3;
  class Database extends sqlite3.Database {
    constructor(...args: unknown[]) {
      super(...args);
      this.run('PRAGMA synchronous = NORMAL');
    }
  }
  return { ...sqlite3, Database };
}

function define(sequelize: Sequelize): Models {
  const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true };
  const User = sequelize.define<UserModel>(
    'User',
    {
      id,
      name: { type: DataTypes.STRING(50), allowNull: false, unique: true },
      email: { type: DataTypes.STRING(120), allowNull: false, unique: true },
    },
    { tableName: 'users' },
  );
  const Tag = sequelize.define(
    'Tag',
    { id, name: { type: DataTypes.STRING(50), allowNull: false, unique: true } },
    { tableName: 'tags' },
  );
  const Message = sequelize.define<MessageModel>(
    'Message',
    {
      id,
      userId: { type: DataTypes.INTEGER, allowNull: false, field: 'user_id' },
      body: { type: DataTypes.TEXT, allowNull: false },
      createdAt: createdAt(sequelize.getDialect() as Dialect),
    },
    { tableName: 'messages' },
  );
  Message.belongsTo(User, { as: 'author', foreignKey: 'userId' });
  Message.belongsToMany(Tag, {
    as: 'tags',
    through: 'message_tags',
    foreignKey: 'message_id',
    otherKey: 'tag_id',
    timestamps: false,
  });
  return { User, Message, Tag };
}

function decorate(options: Options): Made {
  const { sequelize, models } = decorated.open(options as Options & { dialect: Dialect });
  return { sequelize, models: models as unknown as Models };
}

function queriesOf(
  sequelize: Sequelize,
  { User, Message, Tag }: Models,
  transaction: Setup['transaction'],
): Measured {
  return {
    async listUsers({ page, perPage }, filter) {
      const { rows, count } = await User.findAndCountAll({
        where: filter,
        order: ['id'],
        limit: perPage,
        offset: (page - 1) * perPage,
      });
      return { items: rows, total: count };
    },

    async findUser(id) {
      return (await User.findByPk(id)) ?? undefined;
    },

    async createUser(input) {
      const write = (tx?: Tx) => User.create({ ...input }, tx ? { transaction: tx } : {});
      return transaction === 'write' ? await sequelize.transaction(write) : await write();
    },

    async listMessages({ page, perPage }) {
      const { rows, count } = await Message.findAndCountAll({
        include: { association: 'author', attributes: ['id', 'name'] },
        order: [['id', 'DESC']],
        limit: perPage,
        offset: (page - 1) * perPage,
      });
      return { items: rows, total: count };
    },

    async createMessage(userId, { body, tags: names }) {
      const write = async (tx?: Tx) => {
        const using = tx ? { transaction: tx } : {};
        const author = await User.findByPk(userId, { ...using, lock: Transaction.LOCK.SHARE });
        if (!author) return undefined;
        const message = await Message.create({ userId, body }, using);
        const wanted = names.toSorted().map((name) => ({ name }));
        await Tag.bulkCreate(wanted, { ...using, ignoreDuplicates: true });
        const tags = await Tag.findAll({
          where: { name: names },
          ...using,
          lock: Transaction.LOCK.SHARE,
        });
        if (message.addTags) await message.addTags(tags, using);
        else await message.$add?.('tags', tags, using);
        const { id, createdAt } = message;
        return { id, body, createdAt, author, tags: names };
      };
      return transaction === 'request' ? await write() : await sequelize.transaction(write);
    },
  };
}
