/**
 * The page in a real browser, on SQLite. Left out where no browser is found; under CI that is an error.
 */
import { testEngines } from '@quartet/testing';
import { axeFinds, findBrowser } from '@quartet/testing/browser';
import { EXPECTED } from './support/expected';
import { onThePage } from './support/page';
import { startWorkbench } from './support/workbench';

const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'];
const executablePath = findBrowser();
const onSqlite = testEngines().some(({ name }) => name === 'sqlite');

test('a browser is found, or this is no CI', () => {
  expect(Boolean(executablePath) || !process.env['CI']).toBe(true);
});

if (executablePath && onSqlite)
  describe('in the browser', () => {
    const on = onThePage(executablePath, () => startWorkbench('sqlite'));
    const { open, runIt, finished, pane } = on;

    test('the first page lists every scenario, and loads in under a second', async () => {
      await open('/');
      const links = await on.page
        .locator('.catalogue li a')
        .evaluateAll((all) => all.map((each) => each.getAttribute('href')));
      expect(links.map((link) => String(link).replace('/s/', '')).toSorted()).toEqual(
        Object.keys(EXPECTED).toSorted(),
      );
      await on.page.reload();
      await on.page.waitForSelector('.catalogue li');
      const shownAt = await on.page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      );
      expect(shownAt).toBeLessThan(1_000);
    });

    test.each(Object.entries(EXPECTED))(
      '%s: run in the page, its lesson and its outcome are seen for the four styles',
      async (scenario, outcome) => {
        await open(`/s/${scenario}`);
        await runIt();
        expect(await on.page.innerText('.conclusion')).toMatch(/^[A-Z].+\.$/s);
        for (const style of STYLES) {
          // Above the fold.
          const lines = on.page.locator(`.comparison tr[data-style="${style}"] .track`);
          expect(
            await lines.last().locator('.session, .connection, .wait').count(),
          ).toBeGreaterThan(0);
          const { y = Infinity, height = 0 } = (await lines.last().boundingBox()) ?? {};
          expect(y + height).toBeLessThan(800);
          const outcomeText = await on.page
            .locator(`.comparison tr[data-style="${style}"] .outcome`)
            .innerText();
          expect(outcomeText.replace(/^[✓✕]\s*/, '')).toMatch(outcome);
          for (const part of ['queries', 'models', 'sql', 'session', 'answer']) {
            expect(await pane(style).locator(`.part.${part} .body`).innerText()).not.toBe('');
          }
          expect(await pane(style).locator('.sql .group').count()).toBeGreaterThan(0);
          expect(await pane(style).locator('.session .session-events li').count()).toBeGreaterThan(
            0,
          );
          expect(await pane(style).locator('.answer .status').count()).toBeGreaterThan(0);
        }
      },
      60_000,
    );

    test('the point of a scenario is visible: the 409, the wait, the empty pool, N+1', async () => {
      await open('/s/duplicate');
      await runIt();
      expect(await pane('classical').locator('.answer').innerText()).toContain('409 Conflict');
      expect(await pane('classical').locator('.session .session-events .rollback').count()).toBe(2);

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
    }, 60_000);

    test('a reload restores scenario, inputs and run from the address, and so does the way back', async () => {
      await open('/s/create');
      await on.page.fill('input[name=name]', 'zoe');
      await runIt();
      const address = on.page.url();
      expect(address).toContain('name=zoe');
      expect(address).toContain('engine=sqlite');
      await on.page.reload();
      await finished();
      expect(await on.page.inputValue('input[name=name]')).toBe('zoe');
      expect(await pane('extension').locator('.answer').innerText()).toContain('-zoe');
      await on.page.goBack();
      expect(await on.page.textContent('h1')).toBe('Create a user');
      await on.page.goForward();
      expect(on.page.url()).toBe(address);
    });

    test('an address of an engine that is not there, or of a run that is gone, is answered in words', async () => {
      await open('/s/create?engine=postgresql&run=there');
      const notices = await on.page.innerText('.notices');
      expect(notices).toContain('This address was made on PostgreSQL');
      expect(notices).toContain('WORKBENCH_URLS');
      await runIt(); // on the engine that is there
      expect(on.page.url()).toContain('engine=sqlite');
      expect(await on.page.innerText('.notices')).toBe('');
      on.expectTrouble(/404/);
      await open('/s/create?engine=sqlite&run=gone');
      await on.page.waitForSelector('.notices p');
      expect(await on.page.innerText('.notices')).toContain('does not keep that run any more');
    });

    test('everything can be done with the keyboard alone', async () => {
      await open('/');
      const focus = () => on.page.evaluate(() => document.activeElement?.textContent ?? '');
      const tabTo = async (wanted: RegExp): Promise<void> => {
        for (let presses = 0; presses < 60; presses++) {
          await on.page.keyboard.press('Tab');
          if (wanted.test(await focus())) return;
        }
        throw new Error(`Tab does not reach ${wanted}`);
      };
      await tabTo(/^Create a user/);
      await on.page.keyboard.press('Enter');
      await on.page.waitForSelector('button.run');
      await on.page.focus('input[name=name]');
      await on.page.keyboard.type('-k');
      await on.page.keyboard.press('Enter'); // in a field: runs
      await finished();
      await on.page.focus('button.run');
      await tabTo(/^Answer/);
      await on.page.keyboard.press('Space');
      expect(await on.page.locator('.part.answer:visible').count()).toBe(0);
      await tabTo(/^Compare two/);
      await on.page.keyboard.press('Enter');
      await on.page.waitForSelector('.diff tr');
      await tabTo(/^Explain$/);
      await on.page.keyboard.press('Enter');
      await on.page.waitForSelector('.plan');
      await on.page.focus('.top button');
      await on.page.keyboard.press('Enter');
      await on.page.waitForSelector('dialog[open]');
      expect(await on.page.innerText('dialog')).toContain('Create a user');
      await on.page.keyboard.press('Escape');
      await on.page.waitForSelector('dialog', { state: 'detached' });
      expect(await on.page.evaluate(() => document.activeElement?.textContent)).toBe('History');
    });

    test('two styles are compared in queries, models and SQL, and what is identical says so', async () => {
      const verdicts = (): Promise<string[]> =>
        on.page
          .locator('.diff .kind h3')
          .evaluateAll((all) => all.map((each) => (each.textContent ?? '').replace(/[=≠]\s*/, '')));
      await open('/s/create?diff=declarative,classical');
      await on.page.waitForSelector('.diff .kind');
      expect(await on.page.innerText('.diff')).toContain('press Run to compare what is sent');
      await runIt();
      await on.page.waitForSelector('.diff [data-kind=SQL]');
      expect(await verdicts()).toEqual([
        'Queries identical',
        'Models 1 of 1 part differ',
        'SQL 1 of 1 part differ',
      ]);
      expect(await on.page.locator('.diff [data-kind=Models] .changed').count()).toBeGreaterThan(0);
      await on.page.selectOption('[aria-label=Left]', 'extension');
      await on.page.selectOption('[aria-label=Right]', 'declarative');
      expect((await verdicts()).at(-1)).toBe('SQL identical');
      expect(on.page.url()).toContain('diff=extension%2Cdeclarative');
    });

    test('models are open where the styles differ in them', async () => {
      await open('/s/create');
      await pane('classical').locator('.models .excerpt').first().waitFor();
      expect(await on.page.getAttribute('.facets button:nth-child(2)', 'aria-pressed')).toBe(
        'true',
      );
      await on.page.route('**/api/sources/find', async (route) => {
        const sources = await (await route.fetch()).json();
        for (const style of STYLES) sources[style].models = sources['classical'].models;
        await route.fulfill({ json: sources });
      });
      await open('/s/find');
      await pane('classical').locator('.queries .excerpt').first().waitFor();
      expect(await on.page.getAttribute('.facets button:nth-child(2)', 'aria-pressed')).toBe(
        'false',
      );
      expect(await on.page.locator('.part.models:visible').count()).toBe(0);
    });

    test('one run shows no race; repeated ones show a median and its spread', async () => {
      await open('/s/find');
      await runIt();
      expect(await on.page.locator('.comparison .time').count()).toBe(0);
      await on.page.click('text=/^Time it/');
      await on.page.waitForSelector('.comparison .time', { timeout: 60_000 });
      await finished();
      expect(await on.page.locator('.comparison td.time').allInnerTexts()).toEqual(
        Array(4).fill(expect.stringMatching(/^[\d.,]+ ms\s+[\d.,]+–[\d.,]+$/)),
      );
      expect(await on.page.innerText('.times-text')).toMatch(/faster here|Fastest here/);
      await open('/s/overlap');
      expect(await on.page.locator('text=/^Time it/').count()).toBe(0);
    }, 90_000);

    test('repeated statements are marked, and so is what a library sends for itself; what is cut says so', async () => {
      await open('/s/n-plus-one?messages=7');
      await runIt();
      expect(await pane('sql-builder').locator('.repeats').innerText()).toMatch(/7× alike/);
      expect(await pane('extension').locator('.for-itself summary').first().innerText()).toMatch(
        /^\d+ statements of the library’s own, to read the schema$/,
      );
      expect(await pane('extension').locator('.sent > ol').first().innerText()).not.toContain(
        'PRAGMA',
      );
      expect(await pane('classical').locator('.for-itself').count()).toBe(0);
      expect(await on.page.innerText('.comparison tr[data-style=extension]')).toMatch(/\+ \d+ own/);

      const code = pane('sql-builder').locator('.part.queries .body');
      const hidden = (): Promise<number> =>
        code.evaluate((body) => body.scrollHeight - body.clientHeight);
      expect(await hidden()).toBeGreaterThan(0);
      const silent = await on.page.evaluate(
        () =>
          [...document.querySelectorAll('.panes *')].filter((each) => {
            const { overflowY } = getComputedStyle(each);
            const isCut = overflowY !== 'visible' && each.scrollHeight > each.clientHeight + 1;
            return isCut && !each.parentElement?.querySelector(':scope > .whole');
          }).length,
      );
      expect(silent).toBe(0);
      await pane('extension').locator('.part.queries .whole').click(); // opens it in all four
      expect(await hidden()).toBeLessThanOrEqual(1);
      // What is behind the cut is shown when the keyboard gets there.
      await pane('sql-builder').locator('.sql .group header button').last().focus();
      const all = pane('sql-builder').locator('.part.sql .whole');
      expect(await all.getAttribute('aria-expanded')).toBe('true');
    });

    test('from the beginning of the page the result is at most a dozen tabs away, and the content one', async () => {
      await open('/s/pagination'); // the most inputs
      await on.page.keyboard.press('Tab');
      const focus = (): Promise<string | undefined> =>
        on.page.evaluate(() => document.activeElement?.textContent);
      expect(await focus()).toBe('Skip to the content');
      await on.page.keyboard.press('Enter');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');

      await open('/s/pagination');
      const isThere = (): Promise<boolean> =>
        on.page.evaluate(() => {
          const [result, focused] = [document.getElementById('result'), document.activeElement];
          const { DOCUMENT_POSITION_FOLLOWING, DOCUMENT_POSITION_CONTAINED_BY } = Node;
          const there = DOCUMENT_POSITION_FOLLOWING | DOCUMENT_POSITION_CONTAINED_BY;
          return Boolean(focused && (result?.compareDocumentPosition(focused) ?? 0) & there);
        });
      let tabs = 0;
      while (!(await isThere())) {
        await on.page.keyboard.press('Tab');
        expect((tabs += 1)).toBeLessThanOrEqual(12);
      }
    });

    test('after a change of page the focus is on its content, and its title is told', async () => {
      const focus = (): Promise<string | undefined> =>
        on.page.evaluate(() => document.activeElement?.tagName);
      await open('/');
      await on.page.focus('.catalogue li a');
      await on.page.keyboard.press('Enter');
      await on.page.waitForSelector('button.run');
      expect(await focus()).toBe('MAIN');
      expect(await on.page.title()).toBe('Create a user · Quartet workbench');
      await on.page.click('text=The idea');
      await on.page.waitForSelector('.doc h1');
      expect(await focus()).toBe('MAIN');
      await on.page.waitForFunction(() => document.title === 'The session · Quartet workbench');
    });

    test('the idea and the practice are pages, and their links work', async () => {
      await open('/s/create');
      await on.page.click('text=The idea');
      await on.page.waitForSelector('.doc h1');
      const text = await on.page.innerText('.doc');
      expect(text).not.toMatch(/```|<!--|\]\(/);
      expect(await on.page.locator('.doc pre .t-keyword').count()).toBeGreaterThan(0);
      await on.page.click('.doc a[href^="/f/docs/concepts/"]');
      await on.page.waitForFunction(
        () => document.querySelector('.doc h1')?.textContent !== 'The session',
      );
      await on.page.goBack();
      await on.page.waitForFunction(
        () => document.querySelector('.doc h1')?.textContent === 'The session',
      );
      await on.page.goBack();
      await on.page.click('text=Practise it');
      await on.page.waitForSelector('.doc h1');
      expect(await axeFinds(on.page)).toEqual([]);
    });

    test('the source leads to its line in the whole file', async () => {
      await open('/s/create');
      await pane('classical').locator('.queries .place').first().click();
      await on.page.waitForSelector('.line.highlighted');
      expect(await on.page.innerText('.line.highlighted')).toContain('createUser');
      expect(await on.page.innerText('h1')).toBe('apps/classical/src/queries.ts');
    });

    test('while it runs the page says how far it is, and shows what has come so far', async () => {
      await open('/s/overlap?waitMs=600');
      await on.page.click('button.run');
      const seen = await on.page.waitForFunction(() => {
        const bar = document.querySelector('progress');
        return (
          bar &&
          bar.value >= 0.5 && {
            text: bar.nextElementSibling?.textContent,
            ended: document.querySelectorAll('.comparison .outcome.good').length >= 2,
          }
        );
      });
      expect(await seen.jsonValue()).toMatchObject({
        text: expect.stringMatching(/^(classical|sql-builder)$/),
        ended: true,
      });
      await finished();
    });

    test('a run can be cancelled', async () => {
      await open('/s/lost-update?thinkMs=1000');
      await on.page.click('button.run');
      await on.page.click('text=Cancel');
      await on.page.waitForFunction(() => /Cancelled/.test(document.body.innerText));
      expect(await on.page.locator('button.run').innerText()).toBe('Run');
    });

    test('a run can be cancelled before the server has said that it has begun', async () => {
      await open('/s/lost-update?thinkMs=1000');
      await on.page.route('**/api/runs', async (route) => {
        await on.page.click('text=Cancel');
        await route.continue();
      });
      await on.page.click('button.run');
      await on.page.waitForSelector('.notices p');
      await on.page.unroute('**/api/runs');
      expect(await on.page.innerText('.notices')).toContain('Cancelled');
    });

    test('two people at once see their own runs', async () => {
      await open('/s/create?name=eva');
      const other = await on.another();
      await other.goto(`${on.workbench.url}/s/create?name=kim`);
      await other.waitForSelector('button.run');
      await Promise.all([on.page.click('button.run'), other.click('button.run')]);
      await finished();
      expect(await on.page.innerText('.panes')).toContain('-eva');
      expect(await on.page.innerText('.panes')).not.toContain('-kim');
    });

    test('history leads back to what was run', async () => {
      await open('/s/find?name=ida');
      await runIt();
      await open('/');
      await on.page.click('text=History');
      await on.page.click('dialog a');
      await finished();
      expect(await on.page.inputValue('input[name=name]')).toBe('ida');
      await on.page.click('text=History');
      await on.page.click('text=Forget them');
      await on.page.reload();
      await on.page.click('text=History');
      expect(await on.page.innerText('dialog')).toContain('Nothing was run yet.');
    });

    test('on a phone there is one pane at a time, and nothing sticks out', async () => {
      await on.page.setViewportSize({ width: 390, height: 844 });
      await open('/s/tags?diff=declarative,classical');
      await runIt();
      await on.page.waitForSelector('.diff tr');
      expect(await on.page.locator('.pane:visible').count()).toBe(1);
      await on.page.click('.tabs >> text=classical');
      expect(await pane('classical').isVisible()).toBe(true);
      expect(
        await on.page.evaluate(() => document.documentElement.scrollWidth),
      ).toBeLessThanOrEqual(390);
    });

    test.each(['light', 'dark'] as const)(
      'axe finds nothing, %s',
      async (colorScheme) => {
        await on.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await open('/');
        expect(await axeFinds(on.page)).toEqual([]);
        for (const file of ['docs/comparison.md', 'apps/classical/src/models.ts']) {
          await open(`/f/${file}`);
          expect(await axeFinds(on.page)).toEqual([]);
        }
        for (const address of [
          'n-plus-one',
          'overlap',
          'duplicate',
          'together?diff=extension,classical',
        ]) {
          await open(`/s/${address}`);
          await runIt();
          await on.page.locator('.group header button').first().click();
          await on.page.locator('summary').first().click();
          expect(await axeFinds(on.page)).toEqual([]);
        }
        await on.page.click('text=History');
        expect(await axeFinds(on.page)).toEqual([]);
      },
      90_000,
    );
  });
