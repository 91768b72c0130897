'use strict';
// Makes an app of the same shape as the four: what is the same in each is taken from one of them, its queries are the
// contract's functions, none of them written, and its tables are those that the conformance suite wants.
const fs = require('node:fs');
const path = require('node:path');
const { portOf, ROOT, workspacePackages } = require('./workspace.cjs');

/** The app that the rest is taken from. */
const MODEL = { style: 'sql-builder', library: 'knex', port: 4104 };
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const AS_THEY_ARE = [
  'jest.config.cjs',
  'tsconfig.json',
  'src/app.ts',
  'src/server.ts',
  'src/session.ts',
  'test/conformance.test.ts',
];

/**
 * @param {string} name
 * @returns {string} what is wrong with it as the name of a new app, or nothing
 */
exports.whyNoName = (name) => {
  if (!NAME.test(name))
    return `'${name}' is no name for an app: lower-case letters, digits and hyphens, as in drizzle`;
  const taken = workspacePackages().some(({ short }) => short === name);
  return taken ? `there is a package '${name}' already` : '';
};

/**
 * @param {string} name
 * @param {string} apps the folder in which it gets its own
 * @returns {string} that folder
 */
exports.createApp = (name, apps = path.join(ROOT, 'apps')) => {
  const folder = path.join(apps, name);
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  const port = nextPort();
  for (const file of AS_THEY_ARE) write(file, renamed(ofModel(file), name, port));
  write('package.json', manifestOf(name));
  write('tsconfig.build.json', buildOf());
  write('src/models.ts', modelsOf(name));
  write('src/database.ts', databaseOf(name));
  write('src/queries.ts', queriesOf(name));
  write('README.md', readmeOf(name));
  return folder;
};

/** The functions of the contract that are not written, in their order. */
exports.unwritten = (folder) => {
  const text = fs.readFileSync(path.join(folder, 'src/queries.ts'), 'utf8');
  return [...text.matchAll(/throw notWritten\('(\w+)'\)/g)].map(([, name]) => name);
};

function ofModel(file) {
  return fs.readFileSync(path.join(ROOT, 'apps', MODEL.style, file), 'utf8');
}

function renamed(text, name, port) {
  return text
    .replaceAll(`'${MODEL.style}'`, `'${name}'`)
    .replaceAll(`'${MODEL.library}'`, `'${name}'`)
    .replaceAll(/\bthe SQL style\b/gi, (words) => words.replace(/SQL/i, name))
    .replaceAll(String(MODEL.port), String(port));
}

/** The one after the last that an app has. */
function nextPort() {
  const ports = workspacePackages().flatMap(({ isApp, folder }) =>
    isApp ? (portOf(folder) ?? []) : [],
  );
  return Math.max(...ports) + 1;
}

/** Without the model's library. */
function manifestOf(name) {
  const manifest = JSON.parse(ofModel('package.json').replaceAll(MODEL.style, name));
  for (const own of Object.keys(manifest.dependencies))
    if (own.includes(MODEL.library)) delete manifest.dependencies[own];
  return `${JSON.stringify({ ...manifest, description: `The ${name} style.` }, null, 2)}\n`;
}

function buildOf() {
  const lines = ofModel('tsconfig.build.json').split('\n');
  const kept = lines.filter((line) => !line.includes(`db-${MODEL.library}`)).join('\n');
  return kept.replace(/,(\s*\])/g, '$1');
}

function modelsOf(name) {
  const rows = /^export interface User[\s\S]*?(?=^declare module)/m.exec(ofModel('src/models.ts'));
  const schema = fs.readFileSync(
    path.join(ROOT, 'packages/conformance/src/reference-schema.ts'),
    'utf8',
  );
  const [, tables] = /referenceSchema\b[^=]*= (\{[\s\S]*?\n\});/.exec(schema) ?? [];
  return `/** The models of the ${name} style: the rows, and the tables as SQL. A library that declares tables itself takes their place. */
import type { DialectName } from '@quartet/db-core';

${rows?.[0] ?? ''}/** Those that others refer to first. */
export const tables: Readonly<Record<DialectName, Readonly<Record<string, string>>>> = ${tables};
`;
}

function databaseOf(name) {
  return `/** The database of the ${name} style. */
import type { Engine } from '@quartet/db-core';
import { tables } from './models';
import { Session } from './session';

/** Binds the session, and what the library needs, to the engine, and makes the tables that are missing. */
export async function initDb(engine: Engine): Promise<void> {
  Session.configure({ bind: engine });
  await engine.ready(); // a plain error where the server is away
  for (const table of Object.values(tables[engine.dialect.name])) await engine.execute(table);
}
`;
}

function queriesOf(name) {
  const contract = fs.readFileSync(
    path.join(ROOT, 'packages/http-contract/src/queries.ts'),
    'utf8',
  );
  const [, list = ''] = /export interface Queries \{\n([\s\S]*?)\n\}/.exec(contract) ?? [];
  const functions = [
    ...list.matchAll(/( {2}\/\*\*[\s\S]*?\*\/\n) {2}(\w+)\([\s\S]*?\): (\w+)</g),
  ].map(([, comment, own, answer]) => {
    const head = answer === 'Promise' ? `async ${own}()` : `${own}()`;
    return `${comment}  ${head} {\n    throw notWritten('${own}');\n  },\n`;
  });
  return `/** The contract in the ${name} style. */
import type { Queries } from '@quartet/http-contract';

export const queries: Queries = {
${functions.join('\n')}};

function notWritten(name: string): Error {
  return new Error(\`\${name} is not written yet: apps/${name}/src/queries.ts\`);
}
`;
}

/** The headings that every app's page has. */
function readmeOf(name) {
  const headings = [...ofModel('README.md').matchAll(/^## .+$/gm)].map(([heading]) => heading);
  const begin = `# The ${name} style\n\n\`npm run new:app ${name}\` says which test is the next to pass.\n`;
  return `${begin}\n${headings.map((heading) => `${heading}\n\nNot written yet.\n`).join('\n')}`;
}
