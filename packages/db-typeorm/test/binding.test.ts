/** What every binding must do. */
import type { Engine } from '@quartet/db-core';
import type { Bound } from '@quartet/conformance/binding';
import { registerBinding } from '@quartet/conformance/binding';
import type { BindTypeormOptions } from '@quartet/db-typeorm';
import { bindTypeorm, createAll, dropAll } from '@quartet/db-typeorm';
import { LessThanOrEqual, MoreThan } from 'typeorm';
import * as decorated from './decorated-models';
import { Message, Tag, User } from './models';

async function schema(engine: Engine, entities: BindTypeormOptions['entities'] & {}) {
  const dataSource = await bindTypeorm(engine, { entities });
  return {
    dataSource,
    createAll: () => createAll(dataSource),
    dropAll: () => dropAll(dataSource),
    close: () => dataSource.destroy(),
  };
}

async function bind(engine: Engine): Promise<Bound> {
  const { dataSource, ...tables } = await schema(engine, [User, Tag, Message]);
  const users = dataSource.getRepository(User);
  return {
    ...tables,
    User,
    Message,
    user: (name, email) => new User(name, email),
    message: (author, { body, createdAt }) =>
      Object.assign(new Message(author as User, body), createdAt && { createdAt }),
    above: (name) => ({ name: MoreThan(name) }),
    insertUser: (name, email) => users.save(new User(name, email)),
    renameUser: (id, name) => users.update({ id }, { name }),
    countMessages: (at) =>
      dataSource.getRepository(Message).countBy({ createdAt: LessThanOrEqual(at) }),
    transaction: (work) =>
      dataSource.transaction((manager) =>
        work((name) => manager.save(new User(name, `${name}@x`))),
      ),
  };
}

registerBinding({
  bind,
  relations: true,
  reportsOwnCalls: true,
  schemas: { 'decorated classes': (engine) => schema(engine, Object.values(decorated)) },
});
