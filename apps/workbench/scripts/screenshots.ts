/** `npm run screenshots`: the pictures of the READMEs and the docs, taken from the running page. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { findBrowser, launchBrowser } from '@quartet/testing/browser';
import { startWorkbench } from '../test/support/workbench';

const WIDTH = 1280;
const FOLDER = path.join(__dirname, '../../../docs/images');

async function main(): Promise<void> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('There is no browser here: install Chromium or Chrome.');
  mkdirSync(FOLDER, { recursive: true });
  const [workbench, browser] = await Promise.all([
    startWorkbench('sqlite'),
    launchBrowser(executablePath),
  ]);
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      viewport: { width: WIDTH, height: 800 },
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
      colorScheme,
    });
    await page.goto(`${workbench.url}/s/overlap?waitMs=100`);
    for (const _ of ['to warm up', 'for the picture']) {
      const before = page.url();
      await page.click('button.run');
      await page.waitForURL(({ href }) => href !== before);
      await page.waitForFunction(
        () =>
          document.querySelectorAll('.comparison .outcome.good').length === 4 &&
          !document.querySelector('progress'),
      );
    }
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const file = path.join(FOLDER, `workbench-${colorScheme}.png`);
    await page.screenshot({ path: file }); // the lesson is above the fold
    console.log(path.relative(process.cwd(), file));
    await page.close();
  }
  await browser.close();
  await workbench.stop();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
