/**
 * The page in a real browser, on SQLite. Left out where no browser is found; under CI that is an error.
 */
import { readFileSync } from 'node:fs';
import { testEngines } from '@quartet/testing';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from './support/browser';
import { EXPECTED } from './support/expected';
import type { Workbench } from './support/workbench';
import { startWorkbench } from './support/workbench';

const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'];
const executablePath = findBrowser();
const onSqlite = testEngines().some(({ name }) => name === 'sqlite');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let workbench: Workbench;
let browser: Browser;
let page: Page;
/** What no test may see: errors in the console, requests to another host. */
let troubles: string[];

test('a browser is found, or this is no CI', () => {
  expect(executablePath ?? process.env['CI'] ?? 'none is needed').not.toBe(process.env['CI']);
});

if (executablePath && onSqlite)
  describe('in the browser', () => {
    beforeAll(async () => {
      [workbench, browser] = await Promise.all([
        startWorkbench('sqlite'),
        launchBrowser(executablePath),
      ]);
    }, 90_000);
    afterAll(async () => {
      await browser.close();
      await workbench.stop();
    });
    beforeEach(async () => {
      troubles = [];
      page = await browser.newPage({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
      });
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(workbench.url)) troubles.push(`asked ${request.url()}`);
      });
    });
    afterEach(async () => {
      await page.close();
      expect(troubles).toEqual([]);
    });

    const open = async (path: string): Promise<void> => {
      await page.goto(workbench.url + path);
      await page.waitForSelector('h1');
    };
    const runIt = async (): Promise<void> => {
      await page.click('button.run');
      await finished();
    };
    const finished = (): Promise<unknown> =>
      page.waitForFunction(
        () =>
          document.querySelectorAll('.strip .outcome.good, .strip .outcome.bad').length === 4 &&
          !document.querySelector('progress'),
        undefined,
        { timeout: 30_000 },
      );
    const pane = (style: string) => page.locator(`#pane-${style}`);

    test('the first page lists every scenario, and loads in under a second', async () => {
      await open('/');
      const links = await page
        .locator('.catalogue li a')
        .evaluateAll((all) => all.map((each) => each.getAttribute('href')));
      expect(links.map((link) => String(link).replace('/s/', '')).toSorted()).toEqual(
        Object.keys(EXPECTED).toSorted(),
      );
      await page.reload();
      await page.waitForSelector('.catalogue li');
      const shownAt = await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      );
      expect(shownAt).toBeLessThan(1_000);
    });

    test.each(Object.entries(EXPECTED))(
      '%s: run in the page, its outcome is seen for the four styles',
      async (scenario, outcome) => {
        await open(`/s/${scenario}`);
        await runIt();
        for (const style of STYLES) {
          const told = await page.locator(`.strip tr[data-style="${style}"] .outcome`).innerText();
          expect(told.replace(/^[✓✕]\s*/, '')).toMatch(outcome);
          for (const part of ['source', 'sql', 'session', 'answer']) {
            expect(await pane(style).locator(`.part.${part} .body`).innerText()).not.toBe('');
          }
          expect(await pane(style).locator('.sql .group').count()).toBeGreaterThan(0);
          expect(await pane(style).locator('.session .life li').count()).toBeGreaterThan(0);
          expect(await pane(style).locator('.answer .status').count()).toBeGreaterThan(0);
        }
      },
      60_000,
    );

    test('what a scenario is about can be seen: the 409, the wait, the drained pool, N+1', async () => {
      await open('/s/duplicate');
      await runIt();
      expect(await pane('classical').locator('.answer').innerText()).toContain('409 Conflict');
      expect(await pane('classical').locator('.session .life .rollback').count()).toBe(2);

      await open('/s/overlap');
      await runIt();
      for (const style of STYLES) {
        expect(await pane(style).locator('.begin .waited').innerText()).toMatch(
          /^waited .+ for the writer lock$/,
        );
        expect(await pane(style).locator('.track .wait').count()).toBeGreaterThan(0);
      }

      await open('/s/without-teardown?poolSize=2&requests=3');
      await runIt();
      expect(await pane('sql-builder').locator('.pool').innerText()).toContain(
        '2 of 2 connections out',
      );
      expect(await pane('sql-builder').locator('.answer').innerText()).toContain('503');

      await open('/s/n-plus-one?messages=7');
      await runIt();
      expect(await pane('sql-builder').locator('.repeats').innerText()).toMatch(/7× alike/);
    }, 60_000);

    test('a reload restores scenario, inputs and run from the address, and so does the way back', async () => {
      await open('/s/create');
      await page.fill('input[name=name]', 'zoe');
      await runIt();
      const address = page.url();
      expect(address).toContain('name=zoe');
      expect(address).toContain('engine=sqlite');
      await page.reload();
      await finished();
      expect(await page.inputValue('input[name=name]')).toBe('zoe');
      expect(await pane('extension').locator('.answer').innerText()).toContain('-zoe');
      await page.goBack();
      expect(await page.textContent('h1')).toBe('Create a user');
      await page.goForward();
      expect(page.url()).toBe(address);
    });

    test('an address of another engine, or of a run that is gone, is answered in words', async () => {
      await open('/s/create?engine=postgresql');
      expect(await page.innerText('.notices')).toContain('This address was made on PostgreSQL');
      await page.close();
      page = await browser.newPage();
      await page.goto(`${workbench.url}/s/create?engine=sqlite&run=gone`);
      await page.waitForSelector('.notices p');
      expect(await page.innerText('.notices')).toContain('does not keep that run any more');
    });

    test('everything can be done with the keyboard alone', async () => {
      await open('/');
      const focus = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      const tabTo = async (wanted: RegExp): Promise<void> => {
        for (let presses = 0; presses < 60; presses++) {
          await page.keyboard.press('Tab');
          if (wanted.test(await focus())) return;
        }
        throw new Error(`Tab does not reach ${wanted}`);
      };
      await tabTo(/^Create a user/);
      await page.keyboard.press('Enter');
      await page.waitForSelector('button.run');
      await page.focus('input[name=name]');
      await page.keyboard.type('-k');
      await page.keyboard.press('Enter'); // in a field: runs
      await finished();
      await page.focus('button.run');
      await tabTo(/^Answer/);
      await page.keyboard.press('Space');
      expect(await page.locator('.part.answer:visible').count()).toBe(0);
      await tabTo(/^Compare two/);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.diff tr');
      await tabTo(/^Explain$/);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.plan');
      await page.focus('.top button');
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open]');
      expect(await page.innerText('dialog')).toContain('Create a user');
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog', { state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('History');
    });

    test('the difference of two styles is shown, and shared by the address', async () => {
      await open('/s/create?diff=extension,sql-builder');
      await page.waitForSelector('.diff .changed');
      await page.selectOption('[aria-label=Right]', 'extension');
      await page.waitForFunction(() => !document.querySelector('.diff .changed'));
      expect(page.url()).toContain('diff=extension%2Cextension');
    });

    test('the source leads to its line in the whole file', async () => {
      await open('/s/create');
      await pane('classical').locator('.source .place').first().click();
      await page.waitForSelector('.line.target');
      expect(await page.innerText('.line.target')).toContain('createUser');
      expect(await page.innerText('h1')).toBe('apps/classical/src/queries.ts');
    });

    test('a run can be cancelled', async () => {
      await open('/s/lost-update?thinkMs=1000');
      await page.click('button.run');
      await page.click('text=Cancel');
      await page.waitForFunction(() => /Cancelled/.test(document.body.innerText));
      expect(await page.locator('button.run').innerText()).toBe('Run');
    });

    test('two people at once see their own runs', async () => {
      await open('/s/create?name=eva');
      const other = await browser.newPage();
      await other.goto(`${workbench.url}/s/create?name=kim`);
      await other.waitForSelector('button.run');
      await Promise.all([page.click('button.run'), other.click('button.run')]);
      await finished();
      expect(await page.innerText('.panes')).toContain('-eva');
      expect(await page.innerText('.panes')).not.toContain('-kim');
      await other.close();
    });

    test('history leads back to what was run', async () => {
      await open('/s/find?name=ida');
      await runIt();
      await open('/');
      await page.click('text=History');
      await page.click('dialog a');
      await finished();
      expect(await page.inputValue('input[name=name]')).toBe('ida');
    });

    test('on a phone there is one pane at a time, and nothing sticks out', async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await open('/s/tags');
      await runIt();
      expect(await page.locator('.pane:visible').count()).toBe(1);
      await page.click('.tabs >> text=classical');
      expect(await pane('classical').isVisible()).toBe(true);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        390,
      );
    });

    test.each(['light', 'dark'] as const)(
      'axe finds nothing serious, %s',
      async (colorScheme) => {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const serious = async (): Promise<string[]> => {
          await page.evaluate(axe);
          return await page.evaluate(async () => {
            type Found = { impact: string; id: string; nodes: { html: string }[] };
            const { axe: tool } = globalThis as unknown as {
              axe: { run(): Promise<{ violations: Found[] }> };
            };
            const { violations } = await tool.run();
            return violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
          });
        };
        await open('/');
        expect(await serious()).toEqual([]);
        for (const address of [
          'n-plus-one',
          'overlap',
          'duplicate',
          'together?diff=extension,classical',
        ]) {
          await open(`/s/${address}`);
          await runIt();
          await page.locator('.group header button').first().click();
          await page.locator('summary').first().click();
          expect(await serious()).toEqual([]);
        }
        await page.click('text=History');
        expect(await serious()).toEqual([]);
      },
      90_000,
    );
  });
