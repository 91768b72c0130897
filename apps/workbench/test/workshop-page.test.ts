/**
 * The workshop's pages in a real browser, on a copy of the exercises. Left out where no browser is found; `page.test.ts` says so under
 * CI.
 */
import { readdirSync } from 'node:fs';
import { childrenOf, testEngines, until } from '@quartet/testing';
import { axeFinds, findBrowser } from '@quartet/testing/browser';
import type { Exercise, ExerciseInfo } from '../src/protocol';
import { copyOfExercises } from './support/exercises';
import { onThePage } from './support/page';
import { isAlive } from './support/processes';
import { startWorkbench } from './support/workbench';

const executablePath = findBrowser();
const onSqlite = testEngines().some(({ name }) => name === 'sqlite');
const FIRST = '01.connections';

/** All processes that it has started, and those that they have. */
function under(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(under)];
}

if (executablePath && onSqlite)
  describe('the workshop, in the browser', () => {
    const exercises = copyOfExercises();
    const folders = readdirSync(exercises.folder).filter((name) => /^\d\d\./.test(name));
    const start = () => {
      process.env['WORKSHOP_FOLDER'] = exercises.folder;
      return startWorkbench('sqlite');
    };
    const on = onThePage(executablePath, start);
    const { open } = on;
    const get = async <T>(at: string): Promise<T> =>
      (await (await fetch(`${on.workbench.url}/api/workshop${at}`)).json()) as T;
    const processes = () => under(on.workbench.pid);
    /** What the exercises' own processes have started. */
    const running = () => childrenOf(on.workbench.pid).flatMap(under);
    const checked = () => on.page.waitForSelector('.checks[aria-busy=false]');
    const text = (selector: string) => on.page.innerText(selector);

    afterEach(() => until(() => processes().length === 0)); // no page is open
    afterAll(() => exercises.remove());

    test('the first page leads to the list, which says how far one is', async () => {
      await open('/');
      await on.page.click('.top >> text=Workshop');
      await on.page.waitForSelector('.workshop li');
      const all = await get<ExerciseInfo[]>('');
      expect(all.map(({ number }) => number)).toEqual(folders.map((name) => name.slice(0, 2)));
      expect(await on.page.locator('.workshop li strong').allInnerTexts()).toEqual(
        all.map(({ number, title }) => `${Number(number)}. ${title}`),
      );
      const states = () => on.page.locator('.workshop li span').allInnerTexts();
      expect(new Set(await states())).toEqual(new Set(['']));
      expect(processes()).toEqual([]); // a list watches nothing

      exercises.solve('02.values');
      await on.page.evaluate(() => dispatchEvent(new Event('focus')));
      await on.page.waitForSelector('.workshop li.begun');
      expect((await states())[1]).toBe('… begun');
      await on.page.click('.workshop li:nth-child(2) a');
      await on.page.waitForSelector('.checks .done');
      await on.page.click('.steps >> text=All exercises');
      await on.page.waitForSelector('.workshop li.done');
      expect((await states())[1]).toBe('✓ done');
    });

    test('an exercise has its step, its task, its files and its checks; saving turns a red one green', async () => {
      await open('/workshop/01');
      await checked();
      expect(await text('h1')).toBe('1. A connection for each query');
      expect(await text('.steps')).toMatch(/Exercise 1 of 12.*Next:\s+2\. Values →/s);
      expect(await text('.live .file')).toContain('problem/src/exercise.ts');
      expect(await on.page.locator('.live .code .t-keyword').count()).toBeGreaterThan(5);
      expect(await text('.checks .passed')).toContain('users are added and listed');
      expect(await text('.checks .failed')).toMatch(
        /ten calls share one engine\s+Ten calls made 10 engines, each .+\.$/,
      );
      expect(await text('.checks [role=status]')).toBe('1 of 2 pass.');

      await on.page.evaluate(() => (document.body.dataset['before'] = 'the save'));
      exercises.solve(FIRST);
      await on.page.waitForSelector('.checks .done');
      expect(await on.page.locator('.checks .failed').count()).toBe(0);
      expect(await text('.checks [role=status]')).toBe('2 of 2 pass.');
      expect(await text('.live .code')).toContain('const engine = createEngine(url);');
      await on.page.click('.checks .done a');
      await on.page.waitForFunction(
        () => document.querySelector('h1')?.textContent === '2. Values',
      );
      expect(await on.page.evaluate(() => document.body.dataset['before'])).toBe('the save');
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
      expect(await on.page.title()).toBe('2. Values · Quartet workbench');
    }, 60_000);

    test('a mistake is shown with its file and line, and heals', async () => {
      await open('/workshop/01');
      await checked();
      exercises.write(FIRST, "const n: number = 'a';\nexport const openDirectory = nothing;\n");
      await on.page.waitForSelector('.mistakes');
      expect(await on.page.locator('.mistakes li').allInnerTexts()).toEqual([
        expect.stringMatching(/^problem\/src\/exercise\.ts:1 Type 'string' is not assignable/),
        "problem/src/exercise.ts:2 Cannot find name 'nothing'.",
      ]);
      expect(await on.page.locator('.live .highlighted').allInnerTexts()).toEqual([
        expect.stringContaining('const n'),
        expect.stringContaining('nothing'),
      ]);
      expect(await on.page.locator('.checks .passed, .checks .failed').count()).toBe(0);
      exercises.write(FIRST, "throw new Error('of mine');\nexport {};\n");
      await on.page.waitForSelector('.checks .error');
      expect(await text('.checks .error')).toBe(
        'Your files cannot be loaded: Error: of mine (problem/src/exercise.ts:1)',
      );
      await until(exercises.loop(FIRST)); // the next save ends it
      const busy = running();
      exercises.reset(FIRST);
      await on.page.waitForSelector('.checks .failed');
      await checked();
      expect(await text('.checks [role=status]')).toBe('1 of 2 pass.');
      await until(() => !busy.some(isAlive), { deadlineMs: 10_000 }); // before silence ends them
    }, 60_000);

    test('pages of one exercise share a process, which ends with the last of them', async () => {
      const loops = exercises.loop(FIRST);
      await open('/workshop/01');
      const other = await on.another();
      await other.goto(`${on.workbench.url}/workshop/01`);
      for (const page of [on.page, other]) await page.waitForSelector('.live .code');
      expect(childrenOf(on.workbench.pid)).toHaveLength(1);
      await until(loops);
      const [watch] = childrenOf(on.workbench.pid) as [number];
      await other.close();
      exercises.reset(FIRST);
      await on.page.waitForSelector('.checks .failed');
      expect(childrenOf(on.workbench.pid)).toEqual([watch]);
      await until(exercises.loop(FIRST)); // it is busy when the page is closed
      const all = processes();
      expect(all.length).toBeGreaterThan(1);
      await on.page.close();
      await until(() => !all.some(isAlive) && processes().length === 0);
      exercises.reset(FIRST);
    }, 60_000);

    test('a process that has died is told of and started again', async () => {
      await open('/workshop/01');
      await checked();
      const [watch] = childrenOf(on.workbench.pid) as [number];
      process.kill(watch, 'SIGKILL');
      await on.page.waitForSelector('.checks .error');
      expect(await text('.checks .error')).toBe(
        'The checks have ended: their process is gone. They are started again.',
      );
      await on.page.waitForSelector('.checks .error', { state: 'detached' });
      await checked();
      expect(await text('.checks [role=status]')).toBe('1 of 2 pass.');
    }, 60_000);

    test('a number that there is not is answered with one sentence', async () => {
      on.expectTrouble(/404/);
      const answer = await on.page.goto(`${on.workbench.url}/workshop/99`);
      expect(answer?.status()).toBe(404);
      await on.page.waitForSelector('.exercise .error');
      expect(await text('.exercise .error')).toBe(
        'There is no exercise 99: they go from 01 to 12.',
      );
      for (const number of ['99', '1', '001', '01%2F..%2F02', 'doctor', '-p', '%00', '__proto__'])
        for (const at of ['', '/events']) {
          const refused = await fetch(`${on.workbench.url}/api/workshop/${number}${at}`);
          expect([number, refused.status]).toEqual([number, 404]);
          expect(await refused.json()).toMatchObject({
            detail: expect.stringMatching(/^There is no exercise .+: they go from 01 to 12\.$/),
          });
        }
      expect(processes()).toEqual([]);
    });

    test('a page of another origin cannot start checks', async () => {
      const events = `${on.workbench.url}/api/workshop/01/events`;
      for (const headers of [
        { Origin: 'http://localhost:3000' },
        { 'Sec-Fetch-Site': 'cross-site' },
      ] as Record<string, string>[])
        expect((await fetch(events, { headers })).status).toBe(403);
      expect(processes()).toEqual([]);
    });

    test('every exercise leads to a scenario, and a scenario to its exercise', async () => {
      for (const name of folders) {
        const { task } = await get<Exercise>(`/${name.slice(0, 2)}`);
        expect([name, task]).toEqual([name, expect.stringMatching(/<a href="\/s\/[\w-]+">/)]);
      }
      await open('/s/overlap');
      await on.page.click('text=Practise it');
      await on.page.waitForSelector('.exercise h1');
      expect(await text('h1')).toBe('9. One writer');
      await on.page.click('text=Two transactions overlap');
      await on.page.waitForSelector('button.run');
      expect(await text('h1')).toBe('Two transactions overlap');
    });

    test('the keyboard suffices, and on a phone nothing sticks out', async () => {
      await on.page.setViewportSize({ width: 390, height: 844 });
      const narrow = () => on.page.evaluate(() => document.documentElement.scrollWidth);
      await open('/workshop');
      await on.page.waitForSelector('.workshop li');
      expect(await narrow()).toBeLessThanOrEqual(390);
      await on.page.focus('.workshop li a');
      await on.page.keyboard.press('Enter');
      await checked();
      expect(await on.page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
      expect(await narrow()).toBeLessThanOrEqual(390);
    });

    test.each(['light', 'dark'] as const)(
      'axe finds nothing, %s',
      async (colorScheme) => {
        await on.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await open('/workshop');
        await on.page.waitForSelector('.workshop li');
        expect(await axeFinds(on.page)).toEqual([]);
        await open('/workshop/01');
        await checked();
        expect(await axeFinds(on.page)).toEqual([]);
        exercises.write(FIRST, 'export const openDirectory = nothing;\n');
        await on.page.waitForSelector('.mistakes');
        expect(await axeFinds(on.page)).toEqual([]);
        exercises.solve(FIRST);
        await on.page.waitForSelector('.checks .done');
        expect(await axeFinds(on.page)).toEqual([]);
        exercises.reset(FIRST);
      },
      60_000,
    );

    test.each(['SIGTERM', 'SIGKILL'] as const)(
      'no process is left of a workbench that ends by %s under an open page',
      async (signal) => {
        const loops = exercises.loop(FIRST);
        const workbench = await start();
        const { body } = await fetch(`${workbench.url}/api/workshop/01/events`);
        await until(loops);
        const all = under(workbench.pid);
        await workbench.stop({ signal });
        await until(() => !all.some(isAlive));
        expect(under(workbench.pid)).toEqual([]);
        await body?.cancel().catch(() => undefined); // it was broken off
        exercises.reset(FIRST);
      },
      60_000,
    );
  });
