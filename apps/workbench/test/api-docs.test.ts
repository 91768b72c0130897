/**
 * `/docs` of an app in a real browser: it loads nothing from elsewhere and breaks none of its own policy. Left out where no
 * browser is found; `page.test.ts` says so under CI.
 */
import { createApp } from '@quartet/app-classical';
import { createEngine } from '@quartet/db-core';
import { withServer } from '@quartet/testing';
import { findBrowser, launchBrowser } from '@quartet/testing/browser';

const executablePath = findBrowser();

test('a browser is there where CI is set', () => {
  expect(Boolean(executablePath) || !process.env['CI']).toBe(true);
});

if (executablePath)
  test('the page shows each operation, and tries one out', async () => {
    const engine = createEngine('sqlite://');
    const browser = await launchBrowser(executablePath);
    const troubles: string[] = [];
    try {
      await withServer(await createApp(engine), async (url) => {
        const page = await browser.newPage();
        page.on('console', (message) => {
          if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
        });
        page.on('pageerror', (error) => troubles.push(String(error)));
        page.on('request', (request) => {
          const asked = request.url();
          if (!asked.startsWith(url) && !asked.startsWith('data:')) troubles.push(`asked ${asked}`);
        });
        const answer = await page.goto(`${url}/docs`);
        expect(answer?.headers()['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
        expect(await page.title()).toBe('Quartet: classical');
        await page.waitForSelector('.opblock');
        const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
        const operations = Object.values(paths).flatMap((path) => Object.keys(path as object));
        expect(await page.locator('.opblock').count()).toBe(operations.length);

        const users = page.locator('#operations-default-listUsers');
        await users.locator('.opblock-summary-control').click();
        await users.locator('.try-out__btn').click();
        await users.locator('.execute').click();
        const status = users.locator('.live-responses-table .response-col_status').last();
        await status.waitFor();
        expect(await status.innerText()).toContain('200');
      });
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
      await engine.dispose();
    }
  }, 60_000);
