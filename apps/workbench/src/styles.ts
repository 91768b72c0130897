/** The four styles, in the order in which they always stand. */
import path from 'node:path';
import { createApp as createClassical } from '@quartet/app-classical';
import { createApp as createDeclarative } from '@quartet/app-declarative';
import { createApp as createExtension } from '@quartet/app-extension';
import { createApp as createSqlBuilder } from '@quartet/app-sql-builder';
import type { Engine } from '@quartet/db-core';
import type { Express } from 'express';
import type { StyleId, StyleInfo } from './protocol';
import type { Variants } from './variants/variants';
import { variants as classical } from './variants/classical';
import { variants as declarative } from './variants/declarative';
import { variants as extension } from './variants/extension';
import { variants as sqlBuilder } from './variants/sql-builder';

/** Where the repository is: this file runs from `apps/workbench/src` or `apps/workbench/dist`. */
export const ROOT = path.join(__dirname, '../../..');

export interface Style extends StyleInfo {
  /** The app whose routes the scenarios call. */
  readonly createApp: (engine: Engine) => Promise<Express>;
  /** What the scenarios show and the apps, for good reason, do not have. */
  readonly variants: Variants;
}

export const STYLES: readonly Style[] = [
  {
    id: 'extension',
    library: 'express-sequelize',
    createApp: createExtension,
    variants: extension,
  },
  {
    id: 'declarative',
    library: 'sequelize-typescript',
    createApp: createDeclarative,
    variants: declarative,
  },
  { id: 'classical', library: 'typeorm', createApp: createClassical, variants: classical },
  { id: 'sql-builder', library: 'knex', createApp: createSqlBuilder, variants: sqlBuilder },
];

export function styleOf(id: StyleId): Style {
  const style = STYLES.find((each) => each.id === id);
  if (!style) throw new Error(`there is no style ${id}`);
  return style;
}
