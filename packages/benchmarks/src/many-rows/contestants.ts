/** Every contestant, by the id under which its process is started. Libraries are loaded on demand: each process serves one. */
import type { Contestant } from './contestant';

const styles = () => require('./styles') as typeof import('./styles');
const bare = () => require('./bare') as typeof import('./bare');
const sequelize = () => require('./plain-sequelize') as typeof import('./plain-sequelize');
const typeorm = () => require('./plain-typeorm') as typeof import('./plain-typeorm');
const knex = () => require('./plain-knex') as typeof import('./plain-knex');

export const CONTESTANTS: readonly Contestant[] = [
  {
    id: 'execute',
    title: 'Session.execute',
    rival: 'bare',
    tasks: ['import', 'export'],
    start: (...args) => styles().startExecute(...args),
  },
  {
    id: 'extension',
    title: 'extension (sequelize)',
    rival: 'sequelize',
    tasks: ['import', 'export', 'pages'],
    start: (...args) => styles().startExtension(...args),
  },
  {
    id: 'declarative',
    title: 'declarative (sequelize-typescript)',
    rival: 'sequelize',
    tasks: ['import', 'export', 'pages'],
    start: (...args) => styles().startDeclarative(...args),
  },
  {
    id: 'classical',
    title: 'classical (typeorm)',
    rival: 'typeorm',
    tasks: ['import', 'export', 'pages'],
    start: (...args) => styles().startClassical(...args),
  },
  {
    id: 'classical-stream',
    title: "classical, TypeORM's stream in the session",
    rival: 'typeorm',
    tasks: ['export'],
    except: ['sqlite'],
    start: (...args) => styles().startClassicalStream(...args),
  },
  {
    id: 'sql-builder',
    title: 'sql-builder (knex)',
    rival: 'knex',
    tasks: ['import', 'export', 'pages'],
    start: (...args) => styles().startSqlBuilder(...args),
  },
  {
    id: 'sql-builder-stream',
    title: "sql-builder, Knex's stream in the session",
    rival: 'knex',
    tasks: ['export'],
    start: (...args) => styles().startSqlBuilderStream(...args),
  },
  {
    id: 'bare',
    title: 'bare driver',
    tasks: ['import', 'export'],
    start: (url) => bare().startBare(url),
  },
  {
    id: 'sequelize',
    title: 'Sequelize, plain',
    tasks: ['import', 'export', 'pages'],
    start: (url) => sequelize().startSequelize(url),
  },
  {
    id: 'typeorm',
    title: 'TypeORM, plain',
    tasks: ['import', 'export', 'pages'],
    start: (url) => typeorm().startTypeorm(url),
  },
  {
    id: 'knex',
    title: 'Knex, plain',
    tasks: ['import', 'export', 'pages'],
    start: (url) => knex().startKnex(url),
  },
];

export function contestantOf(id: string): Contestant {
  const found = CONTESTANTS.find((each) => each.id === id);
  if (!found) throw new Error(`There is no contestant ${id}.`);
  return found;
}
