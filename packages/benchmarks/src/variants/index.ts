/** Every variant, by the id under which its process is started. */
import type { Style } from './styles';
import { STYLES, startStyle } from './styles';
import type { Variant } from './variant';

// Loaded on demand: each process serves one variant, and some variants patch their library.
const bare = () => require('./bare') as typeof import('./bare');
const execute = () => require('./execute') as typeof import('./execute');
const plainSequelize = () => require('./plain-sequelize') as typeof import('./plain-sequelize');
const plainTypeorm = () => require('./plain-typeorm') as typeof import('./plain-typeorm');
const plainKnex = () => require('./plain-knex') as typeof import('./plain-knex');

const LIBRARIES: Record<Style, string> = {
  extension: 'sequelize',
  declarative: 'sequelize-typescript',
  classical: 'typeorm',
  'sql-builder': 'knex',
};

const styles: Variant[] = STYLES.map((style) => ({
  id: style,
  title: `${style} (${LIBRARIES[style]})`,
  kind: 'style',
  baseline: `plain-${LIBRARIES[style]}`,
  start: (url) => startStyle(style, url),
}));

/** The same apps on an engine with `begin: 'on-first-write'`, the default on SQLite. */
const stylesOnFirstWrite: Variant[] = STYLES.map((style) => ({
  id: `${style}-ofw`,
  title: `${style}, begin: 'on-first-write'`,
  kind: 'style',
  baseline: `plain-${LIBRARIES[style]}`,
  except: ['sqlite'],
  start: (url) => startStyle(style, url, 'on-first-write'),
}));

export const VARIANTS: readonly Variant[] = [
  {
    id: 'bare',
    title: 'bare driver, prepared by hand',
    kind: 'limit',
    start: (url) => bare().startBare(url),
  },
  {
    id: 'bare-again',
    title: 'the same once more (A/A)',
    kind: 'control',
    baseline: 'bare',
    start: (url) => bare().startBare(url),
  },
  {
    id: 'execute',
    title: 'Session.execute',
    kind: 'execute',
    baseline: 'bare',
    start: (url) => execute().startExecute(url),
  },
  {
    id: 'execute-ofw',
    title: "Session.execute, begin: 'on-first-write'",
    kind: 'execute',
    baseline: 'bare',
    except: ['sqlite'],
    start: (url) => execute().startExecute(url, 'on-first-write'),
  },
  ...styles,
  ...stylesOnFirstWrite,
  {
    id: 'plain-sequelize',
    title: 'Sequelize, plain',
    kind: 'plain',
    start: (url) => plainSequelize().startSequelize(url),
  },
  {
    id: 'plain-sequelize-typescript',
    title: 'sequelize-typescript, plain',
    kind: 'plain',
    start: (url) => plainSequelize().startSequelizeTypescript(url),
  },
  {
    id: 'plain-typeorm',
    title: 'TypeORM, plain',
    kind: 'plain',
    start: (url) => plainTypeorm().startTypeorm(url),
  },
  {
    id: 'plain-knex',
    title: 'Knex, plain',
    kind: 'plain',
    start: (url) => plainKnex().startKnex(url),
  },
  {
    id: 'sequelize-cls',
    title: 'Sequelize, managed by CLS',
    kind: 'transactional',
    start: (url) => plainSequelize().startSequelizeCls(url),
  },
  {
    id: 'typeorm-transactional',
    title: 'typeorm-transactional',
    kind: 'transactional',
    start: (url) => plainTypeorm().startTypeormTransactional(url),
  },
  {
    id: 'knex-transactional',
    title: 'Knex, a transaction in AsyncLocalStorage',
    kind: 'transactional',
    start: (url) => plainKnex().startKnexTransactional(url),
  },
];

/** The library with a transaction per request that a style is compared with. */
export const TRANSACTIONAL: Record<Style, string> = {
  extension: 'sequelize-cls',
  declarative: 'sequelize-cls',
  classical: 'typeorm-transactional',
  'sql-builder': 'knex-transactional',
};

export function variantOf(id: string): Variant {
  const variant = VARIANTS.find((each) => each.id === id);
  if (!variant)
    throw new Error(`There is no variant ${id}: ${VARIANTS.map((each) => each.id).join(', ')}.`);
  return variant;
}
