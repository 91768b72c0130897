/** `npm run screenshots`: the pictures of the READMEs and the docs, taken from the running page. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { findBrowser, launchBrowser } from '../test/support/browser';
import { startWorkbench } from '../test/support/workbench';

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
      viewport: { width: 1280, height: 1130 },
      deviceScaleFactor: 1.5,
      colorScheme,
    });
    await page.goto(`${workbench.url}/s/overlap?waitMs=100`);
    await page.click('button.run');
    await page.waitForFunction(
      () => document.querySelectorAll('.strip .outcome.good').length === 4,
    );
    await page.waitForFunction(() => !document.querySelector('progress'));
    await page.mouse.move(0, 0);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.waitForTimeout(500); // bars grow into place
    const file = path.join(FOLDER, `workbench-${colorScheme}.png`);
    await page.screenshot({ path: file });
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
