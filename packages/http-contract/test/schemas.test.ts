import {
  email,
  idParams,
  importRows,
  mergeInto,
  name,
  newMessage,
  newUser,
  pageQuery,
  userChanges,
} from '../src/schemas';

const ok = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('text', () => {
  it('is counted in code points, as a varchar counts it', () => {
    expect(ok(name, '😀'.repeat(50))).toBe(true);
    expect(ok(name, '😀'.repeat(51))).toBe(false);
    expect(ok(name, 'x'.repeat(50))).toBe(true);
    expect(ok(name, 'x'.repeat(51))).toBe(false);
  });

  it('is refused empty, with a NUL byte, or with half a surrogate pair', () => {
    for (const text of ['', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800'])
      expect(ok(name, text)).toBe(false);
  });

  it('is refused with white space at an end, where databases disagree, but not inside', () => {
    for (const text of [' ', ' a', 'a ', 'a\n', '\u3000a', '\ufeffa'])
      expect(ok(name, text)).toBe(false);
    expect(ok(name, "Robert'); DROP TABLE users;--")).toBe(true);
  });

  it('is never another type', () => {
    for (const value of [1, true, null, undefined, [], ['a'], {}])
      expect(ok(name, value)).toBe(false);
  });
});

describe('an e-mail', () => {
  it.each(['admin@localhost', 'a@b', 'o\u2019neil@müller.example', `${'a'.repeat(118)}@b`])(
    '%s is one',
    (text) => {
      expect(ok(email, text)).toBe(true);
    },
  );

  it.each(['admin', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b c', "x' OR '1'='1", `${'a'.repeat(119)}@b`])(
    '%s is none',
    (text) => {
      expect(ok(email, text)).toBe(false);
    },
  );
});

describe('an id in a path', () => {
  it.each(['1', '42', '2147483647'])('may be %s', (id) => {
    expect(idParams.parse({ id })).toEqual({ id: Number(id) });
  });

  it.each([
    '0',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    '0x10',
    '2147483648',
    '9007199254740993',
    '',
    ' 1',
    '1 ',
    '１',
    'NaN',
    "1' OR 1",
  ])('is never %j', (id) => expect(ok(idParams, { id })).toBe(false));
});

describe('a page', () => {
  it('is the first, of twenty, when nothing is said', () => {
    expect(pageQuery.parse({})).toEqual({ page: 1, per_page: 20 });
  });

  it.each([
    { page: '0' },
    { page: '-1' },
    { page: 'x' },
    { page: '1.5' },
    { page: '1e3' },
    { page: '' },
    { page: ['1', '2'] },
  ])('is refused as %j', (query) => expect(ok(pageQuery, query)).toBe(false));

  it('has at most 100 rows', () => {
    expect(ok(pageQuery, { per_page: '100' })).toBe(true);
    expect(ok(pageQuery, { per_page: '101' })).toBe(false);
    expect(ok(pageQuery, { per_page: '0' })).toBe(false);
  });

  it('may have a number beyond every table: it is past the end, not malformed', () => {
    expect(pageQuery.parse({ page: '9007199254740993' }).page).toBe(2_147_483_647);
  });

  it('ignores query parameters it does not know', () => {
    expect(pageQuery.parse({ utm_source: 'x' })).toEqual({ page: 1, per_page: 20 });
  });
});

describe('a body', () => {
  it('with an unknown field is refused', () => {
    expect(ok(newUser, { name: 'a', email: 'a@b' })).toBe(true);
    expect(ok(newUser, { name: 'a', email: 'a@b', admin: true })).toBe(false);
    expect(ok(newUser, JSON.parse('{"name":"a","email":"a@b","__proto__":{}}'))).toBe(false);
  });

  it('that changes nothing is refused', () => {
    expect(ok(userChanges, {})).toBe(false);
    expect(userChanges.parse({ name: 'b' })).toEqual({ name: 'b' });
  });

  it('of an import is an array of users', () => {
    expect(ok(importRows, [])).toBe(true);
    expect(ok(importRows, {})).toBe(false);
    expect(ok(importRows, [{ name: 'a' }])).toBe(false);
  });

  it('of a merge names a user by a JSON integer', () => {
    expect(ok(mergeInto, { into: 2 })).toBe(true);
    for (const into of ['2', 0, -1, 1.5, 2_147_483_648, null, [2]])
      expect(ok(mergeInto, { into })).toBe(false);
  });

  it('of a message has no tag twice, and none when none are given', () => {
    expect(newMessage.parse({ body: 'x', tags: ['b', 'a', 'b'] })).toEqual({
      body: 'x',
      tags: ['b', 'a'],
    });
    expect(newMessage.parse({ body: 'x' })).toEqual({ body: 'x', tags: [] });
    expect(ok(newMessage, { body: 'x', tags: Array.from({ length: 21 }, (_, i) => `t${i}`) })).toBe(
      false,
    );
    expect(ok(newMessage, { body: 'x'.repeat(10_001) })).toBe(false);
  });
});
