/** The choice of the engine, in a real browser: on all engines of this run, or on two SQLite files. */
import { axeFinds, findBrowser } from '@quartet/testing/browser';
import { onThePage } from './support/page';
import { childrenOf } from '@quartet/testing';
import { NAMES, SEVERAL } from './support/several';
import { startWorkbench } from './support/workbench';

const executablePath = findBrowser();
const [own, ...FURTHER] = NAMES as [(typeof NAMES)[number], ...typeof NAMES];
const [first, second] = SEVERAL as [(typeof SEVERAL)[number], (typeof SEVERAL)[number]];
const TITLES = { sqlite: 'SQLite', postgresql: 'PostgreSQL', mysql: 'MariaDB' };

if (executablePath)
  describe('the engine, in the browser', () => {
    const on = onThePage(
      executablePath,
      () => startWorkbench(own, FURTHER),
      (workbench) => workbench.stop({ complaint: /^$|its process has ended \(SIGKILL\)/ }),
    );
    const { open, runIt, finished, pane } = on;
    const CHOICE = '.top .engine select';
    const choose = (id: string) => on.page.selectOption(CHOICE, id);

    test.each(SEVERAL)(
      '$id is chosen by its name, and the address holds it',
      async ({ id, dialect }) => {
        await open('/s/create?name=ida');
        await choose(id);
        expect(on.page.url()).toContain(`engine=${id}`);
        await runIt();
        expect(on.page.url()).toMatch(new RegExp(`name=ida&engine=${id}&run=`));
        expect(await on.page.innerText(`${CHOICE} option:checked`)).toMatch(
          new RegExp(`^${TITLES[dialect]} \\d`),
        );
        expect(await pane('classical').locator('.answer').innerText()).toContain('-ida');
        await on.page.click('text=History');
        expect(await on.page.locator('dialog li').first().innerText()).toContain(TITLES[dialect]);
      },
    );

    test('an address restores scenario, inputs, engine and run in another browser', async () => {
      await open(`/s/find?name=kim&engine=${second.id}`);
      await runIt();
      const address = on.page.url();
      const other = await on.another();
      await other.goto(address);
      await finished(other);
      expect(await other.inputValue(CHOICE)).toBe(second.id);
      expect(await other.inputValue('input[name=name]')).toBe('kim');
      expect(await other.textContent('h1')).toBe('Find a user');
      expect(await other.innerText('.panes')).toContain('-kim');
      expect(await other.innerText('.notices')).toBe('');
      await other.reload();
      await finished(other);
      expect(other.url()).toBe(address);
    });

    test('a run belongs to its engine: another engine shows none, the way back shows it again', async () => {
      await open('/s/create?name=eva');
      await runIt();
      await choose(second.id);
      expect(on.page.url()).not.toContain('run=');
      await on.page.waitForFunction(() => !document.querySelector('.comparison .outcome.good'));
      await choose(first.id);
      await on.page.goBack();
      await on.page.goBack();
      await finished();
      expect(await on.page.inputValue(CHOICE)).toBe(first.id);
      expect(await on.page.innerText('.panes')).toContain('-eva');
    });

    test('the choice stays from the first page to a scenario, to another, and back', async () => {
      await open('/');
      await choose(second.id);
      await on.page.click('.catalogue li a >> text=Create a user');
      await on.page.waitForSelector('button.run');
      await on.page.selectOption('.top .scenario select', 'find');
      await on.page.waitForFunction(
        () => document.querySelector('h1')?.textContent === 'Find a user',
      );
      expect(await on.page.inputValue(CHOICE)).toBe(second.id);
      await on.page.click('.brand');
      await on.page.waitForSelector('.catalogue');
      expect(await on.page.inputValue(CHOICE)).toBe(second.id);
    });

    test('Explain and Cancel go to the engine’s process', async () => {
      await open(`/s/find?engine=${second.id}`);
      await runIt();
      await pane('sql-builder').locator('.sql button').first().click();
      await on.page.waitForSelector('.plan');
      expect(await on.page.innerText('.plan')).not.toBe('');
      await open(`/s/lost-update?thinkMs=1000&engine=${second.id}`);
      await on.page.click('button.run');
      await on.page.click('text=Cancel');
      await on.page.waitForFunction(() => /Cancelled/.test(document.body.innerText));
    });

    test('an address of an engine that is not there asks to choose one', async () => {
      await open('/s/create?engine=oracle&run=there');
      expect(await on.page.innerText('.notices')).toContain('WORKBENCH_URLS');
      expect(await on.page.inputValue(CHOICE)).toBe('');
      await choose(second.id);
      expect(await on.page.innerText('.notices')).toBe('');
    });

    test('axe finds nothing serious in the choice', async () => {
      await open(`/s/create?engine=${second.id}`);
      expect(await axeFinds(on.page)).toEqual([]);
    });

    test('when its process dies in a run the page says so, and Run starts it again', async () => {
      await open(`/s/lost-update?thinkMs=1000&engine=${second.id}`);
      await on.page.click('button.run');
      await on.page.waitForSelector('.track .query');
      on.expectTrouble(/ERR_INCOMPLETE_CHUNKED_ENCODING|404/);
      for (const child of childrenOf(on.workbench.pid)) process.kill(child, 'SIGKILL');
      await on.page.waitForFunction(() => /has ended \(SIGKILL\)/.test(document.body.innerText));
      await on.page.waitForFunction(() => /does not keep that run/.test(document.body.innerText));
      await runIt();
      expect(await on.page.innerText('.notices')).toBe('');
    }, 60_000);
  });

test('a browser is found, or this is no CI', () => {
  expect(Boolean(executablePath) || !process.env['CI']).toBe(true);
});
