import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, folderWith } from './support/command';

const EXAMPLE = [
  'setUp();',
  '  // #region greet',
  '  greet();',
  '  if (alone) {',
  '    leave();',
  '  }',
  '  // #endregion',
  'tearDown();',
].join('\n');
const marked = (body: string, what = 'code example.ts greet') =>
  `# Page\n\n<!-- generated: ${what} -->\n${body}<!-- end -->\n\nMore.\n`;
const GREETING = '```ts\ngreet();\nif (alone) {\n  leave();\n}\n```\n';

async function docs(files: Record<string, string>, ...args: string[]) {
  const folder = folderWith({ 'example.ts': EXAMPLE, ...files });
  const ended = await command('docs.cjs', ['--root', folder, ...args]);
  return { ...ended, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

test('a generated part is replaced by the region of the file it names, and nothing else changes', async () => {
  const { code, read } = await docs({ 'page.md': marked('old\n') });
  expect(code).toBe(0);
  expect(read('page.md')).toBe(marked(GREETING));
});

test('the check writes nothing, and fails for a part that is stale', async () => {
  const { code, stderr, read } = await docs({ 'docs/page.md': marked('old\n') }, '--check');
  expect(code).toBe(1);
  expect(stderr).toBe('docs/page.md: a generated part is stale: run "npm run docs"\n');
  expect(read('docs/page.md')).toBe(marked('old\n'));
});

test('the check passes for a part that is fresh', async () => {
  expect(await docs({ 'page.md': marked(GREETING) }, '--check')).toMatchObject({ code: 0 });
});

test.each([
  ['an unknown generator', marked('', 'poem'), "there is no generator 'poem'"],
  ['a region that is gone', marked('', 'code example.ts gone'), "has no region 'gone'"],
  ['a part without an end', '<!-- generated: lines -->\n', 'has no <!-- end -->'],
])('%s is an error that names the page', async (_what, page, message) => {
  const { code, stderr } = await docs({ 'page.md': page });
  expect(code).toBe(1);
  expect(stderr).toContain('page.md');
  expect(stderr).toContain(message);
});

test('two files are shown as one, with what the second has in place of lines of the first', async () => {
  const { read } = await docs({
    'before.ts': 'one();\n\ntwo();\nthree();\n',
    'after.ts': 'one();\n\n2();\nthree();\n',
    'page.md': marked('', 'diff before.ts after.ts'),
  });
  const diff = '```diff\n one();\n\n-two();\n+2();\n three();\n```\n';
  expect(read('page.md')).toBe(marked(diff, 'diff before.ts after.ts'));
});

test('two files that do not differ are an error', async () => {
  const { code, stderr } = await docs({ 'page.md': marked('', 'diff example.ts example.ts') });
  expect(code).toBe(1);
  expect(stderr).toContain('is the same as');
});

test('an export is listed with the first sentence of its comment', async () => {
  const { read } = await docs({
    'src/index.ts': "export type { Bird } from './bird';\nexport { sing, Song } from './bird';\n",
    'src/bird.ts': [
      'export interface Bird {}',
      '/** Sings. Loudly. */',
      'export function sing(): void {}',
      '/** @throws Silence */',
      'export class Song {}',
    ].join('\n'),
    'page.md': marked('', 'exports src/index.ts'),
  });
  expect(read('page.md')).toContain('| `sing` | Sings. |\n');
  expect(read('page.md')).toContain('| `Song` | Throws `Silence` |\n');
  expect(read('page.md')).toContain('Types: `Bird`.');
});

describe('errors by code', () => {
  const entry = (name: string) =>
    `### \`${name}\`\n\n- **What happened**: x\n- **Likely cause**: x\n- **What to do**: x\n\n`;
  const write = (...entries: string[]) =>
    docs({
      'packages/birds/package.json': JSON.stringify({
        name: 'birds',
        exports: { '.': { 'quartet-source': './src/index.ts' } },
      }),
      'packages/birds/src/index.ts': "export { Hoarse, Mute } from './bird';\n",
      'packages/birds/src/bird.ts': [
        'export class Hoarse extends Error {',
        "  readonly code = 'HOARSE';",
        '}',
        'export class Mute extends Hoarse {}',
        'export class NotExported extends Error {}',
      ].join('\n'),
      'page.md': `${marked('', 'error-codes')}\n${entries.join('')}`,
    });

  test('every error that a package exports is listed by its code, whose first line can be led to', async () => {
    const { code, read } = await write(entry('Hoarse'), entry('Mute'));
    expect(code).toBe(0);
    expect(read('page.md')).toContain(
      '| <a id="hoarse"></a>`HOARSE` | [`Hoarse`](#hoarse) | birds |\n| `HOARSE` | [`Mute`](#mute) | birds |\n<!-- end -->',
    );
  });

  test.each([
    ['without an entry', [entry('Hoarse')], 'Mute has no entry: ### `Mute`'],
    [
      'whose entry is not whole',
      [entry('Hoarse'), entry('Mute').replace('Likely', 'Unlikely')],
      'the entry for Mute does not say "- **Likely cause**: …"',
    ],
    [
      'that is not exported any more',
      [entry('Hoarse'), entry('Mute'), entry('NotExported')],
      'there is an entry for NotExported, which nothing exports',
    ],
  ])('a class %s fails the check', async (_what, entries, message) => {
    const { code, stderr } = await write(...entries);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

test('a style is said to be good at what it was measured to be good at', async () => {
  const each = (
    key: string,
    what: string,
    ...[extension, declarative, classical, sql]: unknown[]
  ) => [{ [key]: what, extension, declarative, classical, 'sql-builder': sql }];
  const samples = Object.fromEntries(
    ['extension', 'declarative', 'classical', 'sql-builder'].map((style, i) => [
      style,
      Object.fromEntries(
        ['GET /users/:id', 'POST /users/:id/messages'].map((route) => [
          route,
          [{ cpuMicros: 100 }, { cpuMicros: 100 * i }, { cpuMicros: 1000 }],
        ]),
      ),
    ]),
  );
  const { read } = await docs({
    'docs/comparison.json': JSON.stringify({
      lines: each('file', 'all', 100, 109, 111, 200),
      'statements postgres': each('operation', 'findUser', '2 + 1', '2 + 1', '2 + 9', '2 + 1'),
      'mistakes types': each(
        'mistake',
        'a typo',
        'compiles',
        'compiles',
        'refused, TS1',
        'compiles',
      ),
      costs: [
        ...each('what', 'first answer, ms: median of 7 starts', 9, 9, 9, 1),
        ...each('what', 'memory after 300 requests, MB', 9, 9, 1, 9),
        ...each('what', 'what the library brings, MB on disk', 9, 1, 9, 9),
      ],
    }),
    'packages/benchmarks/results/full.json': JSON.stringify({
      measured: [{ engine: 'postgres', samples }],
    }),
    'page.md': `${marked('', 'choice table')}${marked('', 'choice chart')}`,
  });
  const page = read('page.md');
  expect(page).toContain('| lines of the whole app | **100** | **109** | 111 | 200 |');
  expect(page).toContain('µs | **100** | **100** | 200 | 300 |');
  expect(page).toContain('<b>classical</b>, typeorm<br>types find much<br>little memory"]');
  expect(page).toContain('<b>sql-builder</b>, knex<br>quick start"]'); // all send two statements
});

describe('links', () => {
  const other = '# Other page\n\n## It is *so*, `really`\n';
  test.each([
    ['a page', '[x](docs/other.md)'],
    ['a heading', '[x](docs/other.md#it-is-so-really)'],
    ['a heading of the same page', '[x](#home)'],
    ['a folder', '[x](docs)'],
    ['another site', '[x](https://example.com/none.md)'],
    ['what is only shown as code', '`[x](none.md)`'],
  ])('to %s lead somewhere', async (_what, link) => {
    const { code } = await docs({ 'page.md': `# Home\n\n${link}\n`, 'docs/other.md': other });
    expect(code).toBe(0);
  });

  test.each([
    ['a page that is not there', '[x](docs/none.md)', 'there is no such file'],
    ['a heading that is not there', '[x](docs/other.md#none)', 'the page has no such heading'],
    ['a picture that is not there', '<img src="none.png">', 'there is no such file'],
  ])('to %s are errors', async (_what, link, why) => {
    const { code, stderr } = await docs({
      'page.md': `# Home\n\n${link}\n`,
      'docs/other.md': other,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^page\.md: the link to \S+ leads nowhere: /);
    expect(stderr).toContain(why);
  });

  test('that code names are checked as well', async () => {
    const { stderr } = await docs({
      'apps/bench/package.json': '{ "name": "bench" }',
      'apps/bench/src/page.ts': "export const page = 'docs/none.md';",
    });
    expect(stderr).toContain('apps/bench/src/page.ts: names docs/none.md: there is no such file');
  });
});
