/** Whatever text is stored comes back as it was sent, or is refused before it reaches the database. Made at random. */
import * as fc from 'fast-check';
import type { MessageBody, UserBody } from '../support/client';
import { expectProblem } from '../support/client';
import type { Fixture } from '../support/fixture';
import { suite } from '../support/suite';

const RUNS = { numRuns: 25 };

/** Pieces that break SQL and HTML put together by hand, among any Unicode. */
const hostile = fc.constantFrom(
  "'",
  '"',
  '`',
  '\\',
  "\\'",
  "''",
  ';',
  '--',
  '/*',
  '*/',
  '?',
  ':1',
  ':name',
  '$1',
  '$$',
  '%',
  '_',
  '{}',
  '\n',
  '\r\n',
  '\t',
  'null',
  'undefined',
  'e\u0301',
  '\u202e',
  '\ufeff',
  '👩‍👩‍👧',
);
const words = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 7 })
  .map((parts) => parts.join('').replaceAll('\0', ''));
/** Numbers as text: no driver and no column may take them for numbers. */
const digits = fc.oneof(
  fc.constantFrom(
    '007',
    '1e5',
    '-0',
    '0x1f',
    '9007199254740993',
    '1.50',
    'NaN',
    'Infinity',
    'true',
  ),
  fc.double().map(String),
  fc.bigInt().map(String),
);
const text = fc.oneof({ weight: 3, arbitrary: words }, { weight: 1, arbitrary: digits });
const short = (max: number): fc.Arbitrary<string> =>
  text
    .map((value) => [...value].slice(0, max).join('').trim())
    .filter((value) => value !== '' && !/^\.{1,2}$/.test(value));

/** What no database here stores faithfully, at any place of a text. */
const broken = fc
  .tuple(words, fc.constantFrom('\0', '\ud800', '\udfff', '\udc00\ud800'), words)
  .map(([before, bad, after]) => `a${before} ${bad} ${after}z`.slice(0, 40))
  .filter((value) => value.includes('\0') || /\p{Surrogate}/u.test(value));

export const anyText = suite('any text', (test) => {
  test('names, bodies and tags come back as they were sent, and are found by themselves', async (fixture) => {
    const { api, probe } = fixture;
    const seen = new Set<string>();
    let serial = 0;
    const made = fc.record({
      name: short(50),
      body: text.filter((value) => value !== ''),
      tags: fc.uniqueArray(short(50), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(made, async ({ name, body, tags }) => {
        if (seen.has(name)) return;
        seen.add(name);
        const user = await api.createUser(name, `u${++serial}@localhost`);
        const message = await api.createMessage(user.id, body, tags);
        const stored = (await api.get(`/messages/${message.id}`)).json<MessageBody>();
        expect(stored).toMatchObject({ body, author: { id: user.id, name } });
        expect(new Set(stored.tags)).toEqual(new Set(tags));
        const found = await api.get(`/users?name=${encodeURIComponent(name)}`);
        expect(found.json<{ items: UserBody[] }>().items).toEqual([user]);
        const [row] = await probe.rows('SELECT name FROM users WHERE id = ?', [user.id]);
        expect(row).toEqual({ name });
      }),
      RUNS,
    );
    expect(await probe.count('users')).toBe(seen.size);
  }, 60_000);

  test('the articles’ routes store and find any name', async ({ api, probe }) => {
    let serial = 0;
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(short(50), async (name) => {
        if (seen.has(name)) return;
        seen.add(name);
        const path = encodeURIComponent(name);
        const created = await api.post(`/create/${path}/c${++serial}`);
        expect([created.status, created.text]).toEqual([
          created.status,
          `Created account for ${name}`,
        ]);
        expect((await api.get(`/find/${path}`)).text).toBe(`Found: ${name}`);
      }),
      RUNS,
    );
    expect(await probe.count('users')).toBe(seen.size);
  }, 60_000);

  test('NUL and lone surrogates are refused wherever they stand, and nothing is stored', async (fixture) => {
    const [author] = await fixture.probe.addUsers(1);
    await fc.assert(
      fc.asyncProperty(broken, async (value) => {
        await expectRefused(fixture, author as number, value);
      }),
      RUNS,
    );
    expect(await fixture.probe.count('users')).toBe(1);
    expect([await fixture.probe.count('messages'), await fixture.probe.count('tags')]).toEqual([
      0, 0,
    ]);
  }, 60_000);
});

async function expectRefused({ api }: Fixture, author: number, value: string): Promise<void> {
  const answers = [
    await api.post('/users', { name: value, email: 'a@b' }),
    await api.patch(`/users/${author}`, { name: value }),
    await api.post('/users/import', [{ name: value, email: 'a@b' }]),
    await api.post(`/users/${author}/messages`, { body: value }),
    await api.post(`/users/${author}/messages`, { body: 'x', tags: [value] }),
  ];
  for (const answer of answers) expectProblem(answer, 400);
}
