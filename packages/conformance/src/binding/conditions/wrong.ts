/** What a program may hand to a query by mistake, or on behalf of an attacker: none of it is a condition. */
import { columns } from '@quartet/db-core/orm';
import type { Bound } from '../binding';

export type Wrong = Readonly<Record<string, unknown>>;

class Stranger {
  readonly name = 'ana';
}

/** Neither `filter` nor any other call takes these; each matched every row, or failed far away, in one library or another. */
export function wrongConditions({ User, Message, user }: Bound): Wrong {
  const { name } = columns(User);
  const promise = Promise.resolve({ name: 'ana' });
  return {
    'what == gives': (User as unknown) === 'nobody',
    true: true,
    null: null,
    'the number 0': 0,
    'a number': 123,
    NaN,
    'a bigint': 1n,
    'an empty text': '',
    'a text': "name = 'nobody'",
    'a symbol': Symbol('name'),
    'a function that compares': (u: { name: string }) => u.name === 'nobody',
    'a function that does nothing': () => undefined,
    'a function that gives a condition': () => ({ name: 'nobody' }),
    'an async function': async () => ({ name: 'nobody' }),
    'a generator function': function* generate(): Generator<unknown> {
      yield { name: 'nobody' };
    },
    'a function that throws': (u: { name: { first: string } }) => u.name.first === 'nobody',
    'a class': Stranger,
    'the class itself': User,
    'a promise': promise,
    // oxlint-disable-next-line unicorn/no-thenable -- as a builder has it
    'an object with then': { then: () => undefined },
    'a map': new Map([['name', 'nobody']]),
    'an empty map': new Map(),
    'a set': new Set(['nobody']),
    'a weak map': new WeakMap(),
    'a date': new Date(),
    'a regular expression': /nobody/,
    'an error': new Error('nobody'),
    'a buffer': Buffer.from('nobody'),
    'a typed array': new Float64Array(1),
    'a URL': new URL('http://localhost/?name=nobody'),
    'search parameters': new URLSearchParams({ name: 'nobody' }),
    'an instance of another class': new Stranger(),
    'an empty array': [],
    'an array of a boolean': [false],
    'an array of nothing': [undefined],
    'an array of a function': [() => true],
    'an array of an empty object': [{}],
    'a column that is not there': { nme: 'nobody' },
    'a name of Object': { constructor: 'nobody' },
    'a name from JSON': JSON.parse('{"__proto__": "nobody"}') as unknown,
    'a symbol for a name': { [Symbol('name')]: 'nobody' },
    'an undefined value': { name: undefined },
    'a function for a value': { name: () => 'nobody' },
    'a promise for a value': { name: promise },
    'a map for a value': { name: new Map() },
    'a set for a value': { name: new Set(['ana']) },
    'a date for a text': { name: new Date() },
    'an empty object for a value': { name: {} },
    'an operator from JSON': { name: { $ne: '' } },
    'a text for a number': { id: 'abc' },
    'a truth for a number': { id: true },
    'an invalid number': { id: NaN },
    'a column': name,
    'an order': name.desc(),
    'a condition of another class': columns(Message).body.eq('hello'),
    'a class of conditions': Object.create(user('x', 'x')) as unknown,
  };
}

/** For `filterBy`: what `filter` may read as a condition of the library. */
export const WRONG_VALUES: Wrong = {
  'a number for a text': { name: 0 },
  'a truth for a text': { name: true },
  'an array for a value': { name: ['ana'] },
  'an array of numbers': { id: [1, 2] },
  'a function for one of two': { name: 'ana', email: () => 'x' },
  'nothing for one of two': { name: 'ana', email: undefined },
};

/** For `filter` alone: `filterBy({})` means every row. */
export const EMPTY: Wrong = {
  'an empty object': {},
  'what a spread boolean leaves': { ...(false as unknown as object) },
  'what a spread map leaves': { ...new Map([['name', 'nobody']]) },
  'an object without a prototype': Object.create(null) as unknown,
  nothing: undefined,
};
