'use strict';
// The places that name a database though they are not in its folder (`db-core/src/dialects/<name>`). A list has an entry for
// each database, so that a further one needs an entry there. Another place is for one database alone.
const fs = require('node:fs');
const path = require('node:path');
const { sentenceOf } = require('./exports.cjs');
const { moduleStatements, sourceFiles, walkNode } = require('../ts-module.cjs');
const { workspacePackages } = require('../workspace.cjs');

/** By the names that code has for them: libraries and tests have their own. */
const DATABASES = {
  sqlite: 'sqlite',
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
};
const ALL = new Set(Object.values(DATABASES)).size;

/** They measure and load databases that are there; nobody adds one by them. */
const LEFT_OUT = ['benchmarks', 'soak'];
const TESTS = ['testing', 'conformance'];

/**
 * @typedef {{ file: string, names: string[], reason: string, kind: string }} Place
 * `kind`: `lists`, `singles` or `tests`
 * @param {string} root
 * @returns {Place[]}
 * @throws Error for a place that no comment explains
 */
exports.placesOf = (root) =>
  workspacePackages(root)
    .filter(({ folder, short }) => isChecked(root, folder) && !LEFT_OUT.includes(short))
    .flatMap(({ folder, short }) =>
      sourceFiles(folder)
        .filter((file) => file.startsWith('src/') && !/^src\/dialects\/[^/]+\//.test(file))
        .flatMap((file) => placesIn(root, path.join(folder, file), TESTS.includes(short))),
    );

/** A table of the places of one kind. */
exports.dialectPlaces = (root, kind, link) => {
  const ofKind = exports.placesOf(root).filter((place) => place.kind === kind);
  const [core, others] = [true, false].map((isCore) =>
    ofKind.filter(({ file }) => file.startsWith('packages/db-core/') === isCore),
  );
  return [
    '| place | why it names a database |',
    '|---|---|',
    ...[...core, ...others].map(
      ({ file, reason }) => `| [${shortened(file)}](${link(file)}) | ${reason} |`,
    ),
  ].join('\n');
};

/** One for a file: its list, or else what names a database first. */
function placesIn(root, full, isTest) {
  const file = path.posix.relative(root, full);
  const text = fs.readFileSync(full, 'utf8');
  const naming = moduleStatements(full)
    .map((statement) => ({ ...statement, names: namesIn(statement.node) }))
    .filter(({ names }) => names.length > 0);
  const list = naming.find(({ names }) => names.length === ALL);
  const place = list ?? (isTest ? undefined : naming[0]);
  if (!place) return [];
  const reason = commentOf(text, place.name) ?? (list ? undefined : headOf(text));
  if (!reason) throw new Error(`${file}: '${place.name}' names databases: say why in a comment`);
  const kind = isTest ? 'tests' : list ? 'lists' : 'singles';
  return [{ file, names: place.names, reason, kind }];
}

/** The databases that a statement names, as texts or as keys of an object. */
function namesIn(statement) {
  const found = new Set();
  const add = (name) => Object.hasOwn(DATABASES, name) && found.add(DATABASES[name]);
  walkNode(statement, (node) => {
    if (node.type === 'StringLiteral') add(node.value);
    if (node.type === 'KeyValueProperty' && node.key.type === 'Identifier') add(node.key.value);
    if (node.type === 'ObjectExpression')
      for (const each of node.properties) if (each.type === 'Identifier') add(each.value);
  });
  return [...found];
}

function commentOf(text, name) {
  const declared = `(?:export )?(?:async )?(?:const|function|class|type|interface) ${name}\\b`;
  const found = new RegExp(`(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)\\n${declared}`).exec(text);
  return found ? sentenceOf(found[1]) : undefined;
}

function headOf(text) {
  return text.startsWith('/**') ? sentenceOf(text.slice(0, text.indexOf('*/') + 2)) : undefined;
}

function isChecked(root, folder) {
  return ['packages', 'apps'].includes(path.relative(root, folder).split(path.sep)[0]);
}

function shortened(file) {
  return file.replace(/^packages\//, '').replace('/src/', ': ');
}
