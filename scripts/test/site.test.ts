/** The documentation as a site: what is written for VitePress, what it makes of it, and the site in a browser. */
import { cpSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { axeFinds, findBrowser, launchBrowser } from '@quartet/testing/browser';
import { brokenOnSite } from '../lib/site/built.cjs';
import { sidebarOf } from '../lib/site/navigation.cjs';
import { pagesOf, placeOfPage } from '../lib/site/places.cjs';
import { serveSite } from '../lib/site/serve.cjs';
import { stage } from '../lib/site/stage.cjs';
import { ROOT } from '../lib/workspace.cjs';
import { command, folderWith } from './support/command';

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

const BUILD_MS = 1_200_000;

const diagramsOf = (file: string): number =>
  readFileSync(join(ROOT, file), 'utf8').match(/^```mermaid$/gm)?.length ?? 0;

/** What axe finds in VitePress's own theme, wherever it is used. */
const THEME = /^(nested-interactive|label-content-name-mismatch|landmark-one-main|region):/;

describe('a page', () => {
  let folder: string;
  const staged = (file: string): string => readFileSync(join(folder, 'pages', file), 'utf8');
  beforeAll(() => {
    folder = folderWith({
      'README.md':
        'To [the engine](docs/concepts/engine.md#pool), [code](src/a.ts), [all](src), [docs](docs/README.md)',
      'docs/README.md': '[up](../README.md) and [elsewhere](https://example.org)',
      'docs/concepts/engine.md':
        '![a chart](../images/chart.svg)\n\n```md\n[no link](nowhere.md)\n```',
      'docs/images/chart.svg': '<svg/>',
      'docs/site/index.md': 'Front',
      'packages/debug-panel/page/favicon.svg': '<svg/>',
      'src/a.ts': 'const a = `` `x` ``;\n',
      'src/.hidden.ts': '',
      'src/b.md': '```ts\n```',
      'src/c.txt': '````',
    });
    stage(folder, join(folder, 'pages'));
  });

  test('has its links to pages, files and folders set to where they stand on the site', () => {
    expect(staged('overview.md')).toBe(
      'To [the engine](/concepts/engine.md#pool), [code](/source/src/a.ts.md), [all](/source/src/index.md), [docs](/contents.md)',
    );
    expect(staged('contents.md')).toBe('[up](/overview.md) and [elsewhere](https://example.org)');
    expect(staged('index.md')).toBe('Front');
  });

  test('has its pictures, and its code is left alone', () => {
    expect(staged('concepts/engine.md')).toBe(
      '![a chart](/images/chart.svg)\n\n```md\n[no link](nowhere.md)\n```',
    );
    expect(staged('public/images/chart.svg')).toBe('<svg/>');
  });

  test('of a file shows it whole, whatever fences are in it; of a folder lists what is not hidden', () => {
    expect(staged('source/src/a.ts.md')).toContain(
      '# `src/a.ts`\n\n```ts\nconst a = `` `x` ``;\n```',
    );
    expect(staged('source/src/c.txt.md')).toContain('\n`````text\n````\n`````\n');
    expect(staged('source/src/index.md').match(/^- .*$/gm)).toEqual([
      '- [a.ts](/source/src/a.ts.md)',
      '- [b.md](/src/b.md)',
      '- [c.txt](/source/src/c.txt.md)',
    ]);
  });
});

test('a page that no group of the navigation has is refused', () => {
  const pages = {
    'README.md': '# R',
    'CONTRIBUTING.md': '# C',
    'docs/new-page.md': '# N\n\nA sentence.',
  };
  const folder = folderWith(pages);
  cpSync(join(ROOT, 'docs'), join(folder, 'docs'), {
    recursive: true,
    filter: (from) => !/node_modules|docs\/site|workshop\/..\./.test(from.slice(ROOT.length)),
  });
  expect(() => sidebarOf(folder)).toThrow(
    "The site's navigation has no place for docs/new-page.md: add it to a group of scripts/lib/site/navigation.cjs.",
  );
});

test('a link of the built site that leads nowhere is found: a page, a heading, a picture', () => {
  const folder = folderWith({
    'index.html':
      '<a href="/a">1</a> <a href="/b">2</a> <a href="/a#there">3</a> <a href="/a#gone">4</a>',
    'a.html':
      '<h2 id="there"></h2> <a href="https://example.org/x">5</a> <img src="/i.png"> <img src="/j.png">',
    'i.png': '',
  });
  expect(brokenOnSite(folder)).toEqual([
    '/a: the link to /j.png leads nowhere: there is no such page',
    '/: the link to /b leads nowhere: there is no such page',
    '/: the link to /a#gone leads nowhere: the page has no such heading',
  ]);
});

test('a port that is taken is told, with the command that takes another', async () => {
  const folder = folderWith({ '404.html': 'none' });
  const { server, url } = await serveSite(folder, 0);
  const { port } = new URL(url);
  await expect(serveSite(folder, Number(port))).rejects.toThrow(
    `Port ${port} is taken: PORT=${Number(port) + 1} npm run docs:site takes another.`,
  );
  const missing = await fetch(`${url}/nowhere`);
  expect([missing.status, await missing.text()]).toEqual([404, 'none']);
  server.close();
});

describe('the site', () => {
  let built: Awaited<ReturnType<typeof command>>;
  beforeAll(async () => {
    built = await command('docs-site.cjs', ['--build']);
  }, BUILD_MS);

  test('has no link that leads nowhere, and no export is without a docstring that says what it throws', () => {
    expect(built.code === 0 ? '' : built.stderr).toBe('');
    expect(built.stdout).toMatch(/The site is in .*docs\/site\/dist\.$/m);
  });

  const executablePath = findBrowser();
  test('a browser is found, or this is no CI', () => {
    expect(Boolean(executablePath) || !process.env['CI']).toBe(true);
  });
  if (!executablePath) return;

  describe('in the browser', () => {
    let browser: Browser;
    let server: Server;
    let url: string;
    const elsewhere: string[] = [];
    const errors: string[] = [];

    beforeAll(async () => {
      ({ server, url } = await serveSite(join(ROOT, 'docs/site/dist'), 0));
      browser = await launchBrowser(executablePath);
    });
    afterAll(async () => {
      await browser.close();
      server.close();
      server.closeAllConnections();
    });

    async function open(
      address: string,
      width: number,
      colorScheme: 'light' | 'dark',
    ): Promise<Page> {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      page.on('request', (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
          elsewhere.push(request.url());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(`${url}${address}`, { waitUntil: 'networkidle' });
      return page;
    }

    const drawn = pagesOf(ROOT).filter((file) => diagramsOf(file) > 0);

    test('the pages that have diagrams are the architecture, the choice and the concepts', () => {
      expect(drawn.length).toBeGreaterThan(5);
    });

    test.each(drawn)('every diagram of %s is drawn, and no label of it is cut', async (file) => {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await open(`/${placeOfPage(file).replace(/\.md$/, '')}`, 1280, scheme);
        const count = `document.querySelectorAll('.diagram svg').length`;
        await page.waitForFunction(`${count} === ${diagramsOf(file)}`);
        const labels = (which: string) =>
          page.evaluate(
            `[...document.querySelectorAll('.diagram foreignObject')].filter(${which}).map((label) => label.textContent)`,
          );
        expect(await labels('(label) => label.textContent')).not.toEqual([]);
        const isCut =
          '(label) => label.firstElementChild?.getBoundingClientRect().height > label.getBoundingClientRect().height + 1';
        expect(await labels(isCut)).toEqual([]);
        await page.context().close();
      }
    });

    test('the search finds a page by a word in it, and leads to its heading', async () => {
      const page = await open('/', 1280, 'light');
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Search').fill('idleInTransactionWarnMs');
      await page.locator('.result').first().click();
      await page.waitForURL(/#/);
      expect(await page.locator('main').textContent()).toContain('idleInTransactionWarnMs');
      await page.context().close();
    });

    test.each([
      ['/', 1280],
      ['/overview', 390],
      ['/comparison', 390],
      ['/api/@quartet/db-core/functions/createEngine', 390],
    ])(
      '%s at %d pixels has nothing beside the page, and axe finds nothing that is ours',
      async (address, width) => {
        for (const scheme of ['light', 'dark'] as const) {
          const page = await open(address, width, scheme);
          expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
          expect((await axeFinds(page)).filter((found) => !THEME.test(found))).toEqual([]);
          await page.context().close();
        }
      },
    );

    test('nothing is asked of another server, and no page has an error', () => {
      expect([...elsewhere, ...errors]).toEqual([]);
    });
  });
});
