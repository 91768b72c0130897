/**
 * The panel in a real browser, on the shop of the root README. Left out where no browser is found; the workbench's tests say so
 * under CI.
 */
import { axeFinds, findBrowser, launchBrowser } from '@quartet/testing/browser';
import { startShop } from './support/shop';

const executablePath = findBrowser();

test('a browser is there where CI is set', () => {
  expect(Boolean(executablePath) || !process.env['CI']).toBe(true);
});

if (executablePath)
  test('a request comes live, says what deserves a look, and its statement can be explained', async () => {
    const [shop, browser] = await Promise.all([startShop('sqlite'), launchBrowser(executablePath)]);
    const troubles: string[] = [];
    try {
      const page = await browser.newPage({ reducedMotion: 'reduce' });
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(shop.url)) troubles.push(`asked ${request.url()}`);
      });
      const answer = await page.goto(`${shop.url}/__quartet`);
      expect(answer?.headers()['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
      await (await fetch(`${shop.url}/articles`)).text(); // after the page was loaded

      const request = page.locator('#list a', { hasText: '/articles' });
      await request.waitFor();
      expect(await request.innerText()).toContain('N+1');
      await request.click();
      await page.waitForSelector('text=6 reads that differ in their values alone');
      await page.locator('[data-explain]').first().click();
      await page.waitForSelector('.plan');
      expect(await page.locator('.plan').first().innerText()).toMatch(/Articles/i);

      for (const colorScheme of ['light', 'dark'] as const)
        for (const viewport of [
          { width: 1280, height: 800 },
          { width: 390, height: 800 },
        ]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          expect(await axeFinds(page)).toEqual([]);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width).toBeLessThanOrEqual(viewport.width); // nothing is cut off at the side
        }
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
      await shop.close();
    }
  }, 60_000);
