/** `npm run screenshots`: the pictures of the panel's page in the docs, taken from the running panel. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { until } from '@quartet/testing';
import { findBrowser, launchBrowser } from '@quartet/testing/browser';
import { startShop } from '../test/support/shop';

const FOLDER = path.join(__dirname, '../../../docs/images');
const SIZE = { width: 1280, height: 800 };

async function main(): Promise<void> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('There is no browser here: install Chromium or Chrome.');
  mkdirSync(FOLDER, { recursive: true });
  const [shop, browser] = await Promise.all([startShop('sqlite'), launchBrowser(executablePath)]);
  const ask = async (address: string, method = 'GET'): Promise<void> => {
    await (await fetch(shop.url + address, { method })).text();
  };
  await ask('/hello');
  await ask('/orders/1/book', 'POST');
  await ask('/orders/1/book', 'POST');
  await ask('/broken');
  await ask('/forgotten', 'POST');
  await ask('/twice');
  await ask('/articles');
  const held = ask('/held');
  await until(() => shop.engine.status().inUse === 1);
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      viewport: SIZE,
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
      colorScheme,
    });
    await page.goto(`${shop.url}/__quartet`);
    await page.locator('#list a', { hasText: '/articles' }).click();
    await page.locator('[data-explain]').first().click();
    await page.waitForSelector('.plan');
    await page.mouse.move(0, 0);
    const file = path.join(FOLDER, `debug-panel-${colorScheme}.png`);
    await page.screenshot({ path: file });
    console.log(path.relative(process.cwd(), file));
    await page.close();
  }
  await browser.close();
  shop.release();
  await held;
  await shop.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
