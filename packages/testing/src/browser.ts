/**
 * `@quartet/testing/browser`: a browser for the tests of the page: the one `TEST_BROWSER` names, the machine's Chromium or Chrome, or
 * what `npx playwright-core install chromium` left.
 */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

export { axeFinds } from './axe';

const PLACES = [
  process.env['TEST_BROWSER'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Where a browser is; undefined where there is none. */
export function findBrowser(): string | undefined {
  return [...PLACES, chromium.executablePath()].find((place) => place && existsSync(place));
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  // As root, Chromium runs without its sandbox or not at all.
  const chromiumSandbox = process.getuid?.() !== 0;
  return await chromium.launch({ executablePath, chromiumSandbox, args: FLAGS });
}
