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
