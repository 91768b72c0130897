/**
 * Serves the page that Vite built, with headers that forbid other origins and inline scripts. When the workbench runs
 * from source, a request for the page builds it first if its files have changed.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PAGE_HEADERS } from '@quartet/debug-panel/parts';
import type { RequestHandler, Response, Router } from 'express';
import express, { Router as createRouter } from 'express';
import { HttpProblem } from '@quartet/express-service';
import { compress } from './compress';
import { IMAGES } from './doc-page';
import { ROOT } from './root';
import type { Workshop } from './workshop';

const APP = path.join(__dirname, '..');
const BUILT = path.join(APP, 'dist/page');
/** What the page takes from the debug panel. */
const PANEL = path.dirname(require.resolve('@quartet/debug-panel/page/theme.css'));
const FOLDERS = [path.join(APP, 'page'), PANEL, path.join(PANEL, '../src/drawing')];
const FROM_SOURCE = path.extname(__filename) === '.ts';

/** @param workshop which knows whether an exercise is there */
export function createPage(workshop: Workshop): Router {
  const page = createRouter();
  page.use(headers, compress);
  // Names of built files change with their content.
  page.use(
    '/assets',
    express.static(path.join(BUILT, 'assets'), { immutable: true, maxAge: '1y', index: false }),
  );
  page.use(express.static(path.join(BUILT), { index: false, maxAge: '1h' }));
  // The pictures of the docs.
  page.use(`/${IMAGES}`, express.static(path.join(ROOT, IMAGES), { index: false, maxAge: '1h' }));
  page.get(['/', '/s/:scenario', '/f/*file', '/workshop'], upToDate, (_req, res) => sendPage(res));
  page.get('/workshop/:number', upToDate, async ({ params }, res) => {
    // The page says in words what is wrong.
    await workshop.exercise(String(params['number'])).catch((error: unknown) => {
      res.status(error instanceof HttpProblem ? error.status : 500);
    });
    sendPage(res);
  });
  return page;
}

/** Builds the page if a file is newer than the last build. Resolves when it is built. */
export async function buildPage(): Promise<void> {
  if (!FROM_SOURCE || Math.max(...FOLDERS.map(newest)) < built()) return;
  // Imported here, since a deployed workbench has the built page and no Vite.
  const { build } = await import('vite');
  const outDir = `${BUILT}-${process.pid}`;
  const configFile = path.join(APP, 'vite.config.mjs');
  await build({ configFile, logLevel: 'error', build: { outDir } });
  // Renamed as a whole: another workbench may serve the page, or build it, at this moment.
  await rm(BUILT, { recursive: true, force: true });
  await rename(outDir, BUILT).catch(() => rm(outDir, { recursive: true, force: true }));
}

function sendPage(res: Response): void {
  res.set('Cache-Control', 'no-cache').sendFile(path.join(BUILT, 'index.html'));
}

let building: Promise<void> | undefined;
const upToDate: RequestHandler = async (_req, _res, next) => {
  building ??= buildPage().finally(() => (building = undefined));
  await building;
  next();
};

const headers: RequestHandler = (_req, res, next) => {
  res.removeHeader('X-Powered-By');
  res.set(PAGE_HEADERS);
  next();
};

function built(): number {
  const file = path.join(BUILT, 'index.html');
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(path.join(folder, file)).mtimeMs));
}
