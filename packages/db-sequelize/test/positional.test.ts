/** Values one after the other, as a class of SQLAlchemy takes them, and a model of Sequelize does not. */
import { ArgumentError, createEngine } from '@quartet/db-core';
import { bindSequelize } from '@quartet/db-sequelize';
import type { Sequelize } from 'sequelize';
import * as decorated from './decorated-models';
import { defineModels, User } from './models';

const engine = createEngine('sqlite://');
const bound: Sequelize[] = [];
beforeAll(async () => {
  bound.push(await bindSequelize(engine, { models: [defineModels] }));
  bound.push(await bindSequelize(engine, { models: Object.values(decorated) }));
});
afterAll(async () => {
  for (const sequelize of bound) await sequelize.close();
  await engine.dispose();
});

describe.each([
  ['a model by init', User],
  ['a decorated model', decorated.User],
])('%s', (_way, Model) => {
  // oxlint-disable-next-line no-explicit-any -- what JavaScript lets through
  const Loose = Model as any;

  test.each([
    ['new', () => new Loose('admin', 'admin@localhost')],
    ['build', () => Loose.build('admin')],
    ['a number', () => new Loose(1, 'admin')],
    ['a truth', () => new Loose(true)],
  ])('refuses them, and names the form it takes: %s', (_what, make) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(/new User\(\{ name: …/);
  });

  test('so does create', async () => {
    await expect(Loose.create('admin', 'x')).rejects.toThrow(ArgumentError);
  });

  test('takes an object, or nothing', () => {
    expect(new Loose({ name: 'admin' }).name).toBe('admin');
    expect(new Loose().name).toBeUndefined();
    expect(Loose.build({ name: 'admin' }).name).toBe('admin');
  });
});
