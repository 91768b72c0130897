/** Each member of the real modules, classes and objects is offered, passed through as pure, or refused in words. */
import { createEngine, InvalidRequestError } from '@quartet/db-core';
import { mysql2Driver, mysql2PromiseDriver, pgDriver } from '@quartet/db-core/drivers';
import type { Members } from '../../src/drivers/closed';
import * as mysql2Members from '../../src/drivers/mysql2/members';
import * as pgMembers from '../../src/drivers/pg/members';

// As they are: an import would copy what can be enumerated.
const pg = require('pg') as typeof import('pg');
const mysql2 = require('mysql2') as object;
const promises = require('mysql2/promise') as object;
const pgFacade = pgDriver(createEngine('postgresql://u:p@127.0.0.1:1/x'));
const mysql2Facade = mysql2Driver(createEngine('mariadb://u:p@127.0.0.1:1/x'));
const promiseFacade = mysql2PromiseDriver(createEngine('mariadb://u:p@127.0.0.1:1/x'));

type Prototype = { prototype: object };
const real = mysql2 as Record<'Connection' | 'Pool' | 'PoolConnection', Prototype>;
const pool = mysql2Facade.createPool({});

/** Everything public that an object and its classes have; what begins with an underscore is nobody's but the driver's. */
function namesOf(object: object): string[] {
  const names = new Set<string>();
  const isRoot = (one: object): boolean =>
    Object.hasOwn(one, 'hasOwnProperty') ||
    Object.hasOwn(one, 'apply') ||
    Object.hasOwn(one, 'setMaxListeners');
  for (
    let one: object | null = object;
    one && !isRoot(one);
    one = Object.getPrototypeOf(one) as object | null
  )
    for (const name of Object.getOwnPropertyNames(one)) names.add(name);
  return [...names].filter((name) => !/^_|^(?:constructor|length|name|prototype)$/.test(name));
}

/** Walks without reading: a refused property throws. */
function ownerOf(object: object, name: string): PropertyDescriptor | undefined {
  for (let one: object | null = object; one; one = Object.getPrototypeOf(one) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(one, name);
    if (descriptor) return descriptor;
  }
  return undefined;
}

function isRefusal(use: () => unknown): boolean {
  try {
    use();
  } catch (error) {
    return error instanceof InvalidRequestError;
  }
  return false;
}

const cases: readonly (readonly [string, object, object, Members])[] = [
  ['pg', pg, pgFacade, pgMembers.MODULE],
  ['pg.Client', pg.Client, pgFacade.Client, pgMembers.CLIENT],
  ['a pg.Client', new pg.Client(), new pgFacade.Client(), pgMembers.CLIENT],
  ['a pg.Pool', new pg.Pool(), new pgFacade.Pool(), pgMembers.POOL],
  ['mysql2', mysql2, mysql2Facade, mysql2Members.MODULE],
  ['mysql2/promise', promises, promiseFacade, mysql2Members.PROMISE_MODULE],
  [
    'a mysql2 Connection',
    real.Connection.prototype,
    mysql2Facade.createConnection({}),
    mysql2Members.CONNECTION,
  ],
  ['a mysql2 Pool', real.Pool.prototype, pool, mysql2Members.POOL],
];

describe.each(cases)('%s', (_title, realObject, facade, members) => {
  const names = namesOf(realObject).filter(
    (name) => name !== 'default' && name !== 'module.exports',
  );
  const refused = Object.keys(members.refused);

  test.each(names)('%s is offered, pure, or refused with the call to use instead', (name) => {
    const descriptor = ownerOf(facade, name);
    expect(descriptor).toBeDefined();
    if (refused.includes(name)) {
      const use = (): unknown =>
        descriptor?.get
          ? (facade as Record<string, unknown>)[name]
          : Reflect.apply(descriptor?.value as () => unknown, facade, []);
      expect(isRefusal(use)).toBe(true);
      return;
    }
    // A member that no list knows, as a new version of the driver may bring, is refused by itself: this says so.
    const isCallable = typeof descriptor?.value === 'function';
    const isRefused = isCallable
      ? isRefusal(() => (descriptor.value as Record<string, unknown>)['anything'])
      : descriptor?.get !== undefined && /has no/.test(String(descriptor.get));
    expect(isRefused).toBe(false);
    if (!isCallable || members.pure.includes(name)) return;
    expect(descriptor?.value).not.toBe(ownerOf(realObject, name)?.value);
  });
});

test.each([...new Set(cases.map(([, , , members]) => members))])(
  '$facade lists nothing that is not there',
  (members) => {
    const known = cases
      .filter(([, , , others]) => others === members)
      .flatMap(([, realObject]) => namesOf(realObject));
    const listed = [...members.pure, ...Object.keys(members.refused)].filter(
      (name) => !name.startsWith('_'),
    );
    expect(listed.filter((name) => !known.includes(name))).toEqual([]);
  },
);

test('a refusal names the member and the call to use instead', () => {
  expect(() =>
    (mysql2Facade as unknown as { createPoolCluster(): void }).createPoolCluster(),
  ).toThrow(
    'mysql2Driver has no createPoolCluster: an engine is one database. Use createPool(), with an engine for each database.',
  );
  const { native } = pgFacade as unknown as { native: { Client: unknown } };
  expect(() => native.Client).toThrow(/pgDriver has no native/);
  const connection = mysql2Facade.createConnection({}) as unknown as { changeUser(): void };
  expect(() => connection.changeUser()).toThrow(/Create an engine for the other user/);
});

test('what is pure is the module’s own, live', () => {
  expect(pgFacade.defaults).toBe(pg.defaults);
  expect(Object.getPrototypeOf(pgFacade.types)).toBe(pg.types); // with parsers in UTC before its own
  expect(new pgFacade.Client().escapeLiteral("a'b")).toBe("'a''b'");
  expect(mysql2Facade.createConnection({}).format('select ?', ['a'])).toBe("select 'a'");
});
