/** The four styles, in the order of the page. */
import { createApp as createClassical } from '@quartet/app-classical';
import { queries as classicalQueries } from '@quartet/app-classical/queries';
import { createApp as createDeclarative } from '@quartet/app-declarative';
import { queries as declarativeQueries } from '@quartet/app-declarative/queries';
import { createApp as createExtension } from '@quartet/app-extension';
import { queries as extensionQueries } from '@quartet/app-extension/queries';
import { createApp as createSqlBuilder } from '@quartet/app-sql-builder';
import { queries as sqlBuilderQueries } from '@quartet/app-sql-builder/queries';
import type { Engine } from '@quartet/db-core';
import type { Queries } from '@quartet/http-contract';
import type { Express } from 'express';
import type { StyleInfo } from './protocol';
import type { Variants } from './variants/variants';
import { variants as classical } from './variants/classical';
import { variants as declarative } from './variants/declarative';
import { variants as extension } from './variants/extension';
import { variants as sqlBuilder } from './variants/sql-builder';

export interface Style extends StyleInfo {
  /** The app whose routes the scenarios call. */
  readonly createApp: (engine: Engine) => Promise<Express>;
  /** The functions behind its routes. */
  readonly queries: Queries;
  /** Functions that the scenarios show and the apps do not have, most of them mistakes. */
  readonly variants: Variants;
}

export const STYLES: readonly Style[] = [
  {
    id: 'extension',
    library: 'sequelize',
    createApp: createExtension,
    queries: extensionQueries,
    variants: extension,
  },
  {
    id: 'declarative',
    library: 'sequelize-typescript',
    createApp: createDeclarative,
    queries: declarativeQueries,
    variants: declarative,
  },
  {
    id: 'classical',
    library: 'typeorm',
    createApp: createClassical,
    queries: classicalQueries,
    variants: classical,
  },
  {
    id: 'sql-builder',
    library: 'knex',
    createApp: createSqlBuilder,
    queries: sqlBuilderQueries,
    variants: sqlBuilder,
  },
];
