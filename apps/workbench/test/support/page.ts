/** The page of a workbench in a real browser, shared by the tests of one file. */
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '@quartet/testing/browser';
import type { Workbench } from './workbench';

export interface OnThePage {
  readonly workbench: Workbench;
  readonly browser: Browser;
  /** A new one for each test. */
  page: Page;
  /** The page of another user, checked like the first. */
  another(): Promise<Page>;
  /** Announces an error in the console, which must then come. */
  expectTrouble(pattern: RegExp): void;
  open(path: string): Promise<void>;
  /** Presses Run and waits for the end. */
  runIt(): Promise<void>;
  finished(page?: Page): Promise<unknown>;
  pane(style: string): Locator;
}

/**
 * Starts the workbench and the browser before the tests of a suite, opens a page for each of them, and
 * fails one in which the page wrote an error to the console or asked another host.
 */
export function onThePage(
  executablePath: string,
  start: () => Promise<Workbench>,
  stop = (workbench: Workbench) => workbench.stop(),
): OnThePage {
  let [troubles, expected]: [string[], RegExp[]] = [[], []];
  const on = {
    expectTrouble: (pattern) => void expected.push(pattern),
    async another() {
      const page = await on.browser.newPage({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
      });
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(on.workbench.url)) troubles.push(`asked ${request.url()}`);
      });
      return page;
    },
    async open(path) {
      await on.page.goto(on.workbench.url + path);
      await on.page.waitForSelector('h1');
    },
    async runIt() {
      await on.page.click('button.run');
      await on.finished();
    },
    finished: (page = on.page) =>
      page.waitForFunction(
        () =>
          document.querySelectorAll('.comparison .outcome.good, .comparison .outcome.bad')
            .length === 4 && !document.querySelector('progress'),
        undefined,
        { timeout: 30_000 },
      ),
    pane: (style) => on.page.locator(`#pane-${style}`),
  } as { -readonly [name in keyof OnThePage]: OnThePage[name] };

  beforeAll(async () => {
    [on.workbench, on.browser] = await Promise.all([start(), launchBrowser(executablePath)]);
  }, 90_000);
  afterAll(async () => {
    await on.browser.close();
    await stop(on.workbench);
  });
  beforeEach(async () => {
    [troubles, expected] = [[], []];
    on.page = await on.another();
  });
  afterEach(async () => {
    for (const page of on.browser.contexts().flatMap((context) => context.pages()))
      await page.close();
    expect(troubles.filter((each) => !expected.some((pattern) => pattern.test(each)))).toEqual([]);
    for (const pattern of expected) expect(troubles).toContainEqual(expect.stringMatching(pattern));
  });
  return on;
}
