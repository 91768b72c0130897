/** The apps themselves, as `npm start` serves them. */
import type { BeginMode, Engine } from '@quartet/db-core';
import { createEngine } from '@quartet/db-core';
import type { Express } from 'express';
import type { Running } from './variant';
import { poolOptions, targetOf } from './variant';

export const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'] as const;

export type Style = (typeof STYLES)[number];

export async function startStyle(style: Style, url: string, begin?: BeginMode): Promise<Running> {
  const engine = createEngine(url, {
    ...poolOptions(targetOf(url).engine),
    ...(begin && { begin }),
  });
  const app = await (await load[style]()).createApp(engine);
  return { app, isIdle: () => engine.status().inUse === 0, close: () => engine.dispose() };
}

interface App {
  createApp(engine: Engine): Promise<Express>;
}

/** Imported on demand: each process serves one. */
const load: Record<Style, () => Promise<App>> = {
  extension: () => import('@quartet/app-extension'),
  declarative: () => import('@quartet/app-declarative'),
  classical: () => import('@quartet/app-classical'),
  'sql-builder': () => import('@quartet/app-sql-builder'),
};
