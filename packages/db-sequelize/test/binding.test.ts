/** What every binding must do. */
import type { Engine } from '@quartet/db-core';
import type { Bound } from '@quartet/conformance/binding';
import { registerBinding } from '@quartet/conformance/binding';
import type { BindSequelizeOptions } from '@quartet/db-sequelize';
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
import { Op } from 'sequelize';
import * as decorated from './decorated-models';
import { defineModels, Message, User } from './models';

async function schema(engine: Engine, models: BindSequelizeOptions['models'] & {}) {
  const sequelize = await bindSequelize(engine, { models, define: { timestamps: false } });
  return {
    sequelize,
    createAll: () => createAll(sequelize),
    dropAll: () => dropAll(sequelize),
    close: () => sequelize.close(),
  };
}

async function bind(engine: Engine): Promise<Bound> {
  const { sequelize, ...tables } = await schema(engine, [defineModels]);
  return {
    ...tables,
    User,
    Message,
    user: (name, email) => new User({ name, email }),
    message: (user, values) => Object.assign(new Message(values), { user }),
    above: (name) => ({ name: { [Op.gt]: name } }),
    insertUser: (name, email) => User.create({ name, email }),
    renameUser: (id, name) => User.update({ name }, { where: { id } }),
    countMessages: (at) => Message.count({ where: { createdAt: { [Op.lte]: at } } }),
    transaction: (work) =>
      sequelize.transaction((transaction) =>
        work((name) => User.create({ name, email: `${name}@x` }, { transaction })),
      ),
  };
}

registerBinding({
  bind,
  relations: true,
  reportsOwnCalls: true,
  warnsOfRefusedCommit: /Committing transaction .* failed with error/,
  schemas: {
    'models of sequelize-typescript': (engine) => schema(engine, Object.values(decorated)),
  },
});
