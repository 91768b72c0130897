/** Every variant, by the id under which its process is started. */
import type { Style } from './styles';
import { STYLES, startStyle } from './styles';
import type { Setup } from './plain';
import type { Rivals, Running, Variant } from './variant';

// Loaded on demand: each process serves one variant, and some variants patch their library.
const thin = () => require('./thin') as typeof import('./thin');
const router = () => require('./router') as typeof import('./router');
const bare = () => require('./bare') as typeof import('./bare');
const execute = () => require('./execute') as typeof import('./execute');
const plainSequelize = () => require('./plain-sequelize') as typeof import('./plain-sequelize');
const plainTypeorm = () => require('./plain-typeorm') as typeof import('./plain-typeorm');
const plainKnex = () => require('./plain-knex') as typeof import('./plain-knex');

const RIVALS: Record<Style, Rivals> = {
  extension: rivals('sequelize', 'sequelize-cls'),
  declarative: rivals('sequelize-typescript', 'sequelize-cls'),
  // Its save is in a transaction always.
  classical: { ...rivals('typeorm', 'typeorm-transactional'), inTransaction: 'typeorm' },
  'sql-builder': rivals('knex', 'knex-transactional'),
};

function rivals(library: string, transactional: string): Rivals {
  return {
    plain: library,
    inTransaction: `${library}-tx`,
    router: `${library}-router`,
    transactional,
  };
}

const BARE: Rivals = { plain: 'bare', inTransaction: 'bare-tx' };

const styles = STYLES.map(
  (style): Variant => ({
    id: style,
    title: style,
    kind: 'style',
    rivals: RIVALS[style],
    start: (url) => startStyle(style, url),
  }),
);

/** The same apps on an engine with `begin: 'on-first-write'`, the default elsewhere. */
const stylesOnFirstWrite = STYLES.map(
  (style): Variant => ({
    id: `${style}-ofw`,
    title: `${style}, begin: 'on-first-write'`,
    kind: 'style',
    rivals: RIVALS[style],
    except: ['sqlite', 'postgres'],
    start: (url) => startStyle(style, url, 'on-first-write'),
  }),
);

type Start = (url: string, setup: Setup) => Promise<Running>;

/** A library alone: in a thin server, with a transaction for each row there, and behind our router. */
function alone(id: string, title: string, start: Start): Variant[] {
  return [
    {
      id,
      title: `${title}, plain`,
      kind: 'thin',
      start: (url) => start(url, { door: thin().thinApp, transaction: 'statement' }),
    },
    {
      id: `${id}-tx`,
      title: `${title}, plain, in a transaction`,
      kind: 'thin',
      routes: ['POST /users'],
      start: (url) => start(url, { door: thin().thinApp, transaction: 'write' }),
    },
    {
      id: `${id}-router`,
      title: `${title}, plain, on our router`,
      kind: 'router',
      start: (url) => start(url, { door: router().routerApp, transaction: 'statement' }),
    },
  ];
}

function transactional(id: string, title: string, start: Start): Variant {
  return {
    id,
    title,
    kind: 'transactional',
    start: (url) => start(url, { door: thin().thinApp, transaction: 'request' }),
  };
}

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
    rivals: { plain: 'bare' },
    start: (url) => bare().startBare(url),
  },
  {
    id: 'bare-tx',
    title: 'bare driver, in a transaction',
    kind: 'limit',
    routes: ['POST /users'],
    start: (url) => bare().startBareTransactional(url),
  },
  {
    id: 'execute',
    title: 'Session.execute',
    kind: 'execute',
    rivals: BARE,
    start: (url) => execute().startExecute(url),
  },
  {
    id: 'execute-ofw',
    title: "Session.execute, begin: 'on-first-write'",
    kind: 'execute',
    rivals: BARE,
    except: ['sqlite', 'postgres'],
    start: (url) => execute().startExecute(url, 'on-first-write'),
  },
  ...styles,
  ...stylesOnFirstWrite,
  ...alone('sequelize', 'Sequelize', (...args) => plainSequelize().startSequelize(...args)),
  ...alone('sequelize-typescript', 'sequelize-typescript', (...args) =>
    plainSequelize().startSequelizeTypescript(...args),
  ),
  ...alone('typeorm', 'TypeORM', (...args) => plainTypeorm().startTypeorm(...args)).filter(
    ({ id }) => id !== 'typeorm-tx', // as it is by itself
  ),
  ...alone('knex', 'Knex', (...args) => plainKnex().startKnex(...args)),
  transactional('sequelize-cls', 'Sequelize, managed by CLS', (...args) =>
    plainSequelize().startSequelizeCls(...args),
  ),
  transactional('typeorm-transactional', 'typeorm-transactional', (...args) =>
    plainTypeorm().startTypeormTransactional(...args),
  ),
  transactional('knex-transactional', 'Knex, a transaction in AsyncLocalStorage', (...args) =>
    plainKnex().startKnex(...args),
  ),
];

export function variantOf(id: string): Variant {
  const variant = VARIANTS.find((each) => each.id === id);
  if (!variant)
    throw new Error(`There is no variant ${id}: ${VARIANTS.map((each) => each.id).join(', ')}.`);
  return variant;
}
