import { hiddenField } from '../src/binding';

class User {
  name = 'ann';
}

test('a value stays with its object and can be changed and taken away', () => {
  const field = hiddenField<User, number>();
  const [one, other] = [new User(), new User()];
  expect(field.get(one)).toBeUndefined();
  field.set(one, 1);
  field.set(other, 2);
  field.set(one, 3);
  expect([field.get(one), field.get(other)]).toEqual([3, 2]);
  field.delete(one);
  field.delete(new User());
  expect([field.get(one), field.get(other)]).toEqual([undefined, 2]);
});

test('nobody sees it, two fields do not see each other, a copy has none', () => {
  const [field, another] = [hiddenField<User, string>(), hiddenField<User, string>()];
  const user = new User();
  field.set(user, 'secret');
  expect(another.get(user)).toBeUndefined();
  expect(Reflect.ownKeys(user)).toEqual(['name']);
  expect(user).toStrictEqual(new User());
  expect(JSON.stringify(user)).toBe('{"name":"ann"}');
  expect(field.get({ ...user })).toBeUndefined();
  expect(field.get(structuredClone(user))).toBeUndefined();
});

test('an object that is frozen can have one too', () => {
  const field = hiddenField<User, number>();
  const user = Object.freeze(new User());
  field.set(user, 1);
  expect(field.get(user)).toBe(1);
});
