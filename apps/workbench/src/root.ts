import path from 'node:path';

/** The repository: this file runs from `apps/workbench/src` or from `apps/workbench/dist`. */
export const ROOT = path.join(__dirname, '../../..');
