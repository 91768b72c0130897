/** What every binding must do. */
import type { Engine } from '@quartet/db-core';
import type { Bound } from '@quartet/conformance/binding';
import { registerBinding } from '@quartet/conformance/binding';
import type { BindTypeormOptions } from '@quartet/db-typeorm';
import { bindTypeorm, createAll, dropAll } from '@quartet/db-typeorm';
import {
  And,
  Brackets,
  Equal,
  In,
  IsNull,
  LessThanOrEqual,
  Like,
  MoreThan,
  Not,
  Raw,
} from 'typeorm';
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
    wrong: {
      'an operator alone': Equal('ana'),
      'an operator without a value': { name: Equal(undefined as never) },
      'null, which is IsNull()': { name: null },
      'an alternative that is none': [{ name: 'ana' }, {}],
      'a truth among alternatives': [{ name: 'ana' }, false],
      'a list that is none': { name: In('ana' as never) },
      'a function in a list': { name: In([() => 'ana']) },
      'a function as an operand': { name: Not(() => 'x') },
      'a number as an operand of a text': { name: Equal(0) },
      'a number in a list of texts': { name: In([0]) },
      'no operators': { name: And() },
      'a relation that is a truth': { messages: false },
      'a relation without conditions': { messages: {} },
      'a relation’s column that is not there': { messages: { bdy: 'x' } },
      brackets: new Brackets(() => undefined),
    },
    right: [
      ['a property', { name: 'ana' }, ['ana']],
      ['an operator', { name: Like('%a%') }, ['ana', 'dan']],
      ['alternatives', [{ name: 'ana' }, { name: Equal('bob') }], ['ana', 'bob']],
      ['a list', { name: In(['ana', 'bob']) }, ['ana', 'bob']],
      ['an empty list', { name: In([]) }, []],
      ['not', { name: Not(In(['ana', 'bob'])) }, ['cleo', 'dan', '50%']],
      ['operators', { name: And(MoreThan('a'), Not('bob')) }, ['ana', 'cleo', 'dan']],
      ['null', { name: IsNull() }, []],
      ['raw', { name: Raw((column) => `upper(${column}) = :name`, { name: 'ANA' }) }, ['ana']],
      ['a relation', { messages: { body: 'x' } }, []],
    ],
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
