'use strict';
// The rules about who may import whom, from the design's map of the workspace; and that nothing imports in a circle.
const path = require('node:path');
const { circlesOfImports } = require('./circles.cjs');
const { readModule, sourceFiles } = require('./ts-module.cjs');
const { workspacePackages } = require('./workspace.cjs');

/** These show or run all the apps, so they import their public entries. */
const SHOWCASES = ['mixed', 'workbench', 'cli', 'benchmarks'];

/** Each library under the name by which packages depend on it. */
const ORMS = {
  sequelize: 'sequelize',
  'sequelize-typescript': 'sequelize',
  typeorm: 'typeorm',
  knex: 'knex',
};

/** Web frameworks that db-core has an entry for, each in a wing of its own. */
const FRAMEWORKS = ['express', 'fastify', 'koa', 'hono'];

const WEB = [
  ...FRAMEWORKS,
  ...FRAMEWORKS.map((name) => `@quartet/db-core/${name}`),
  '@quartet/db-core/http',
  '@quartet/express-service',
  '@quartet/http-contract',
  'node:http',
  'http',
];

/** The wings of db-core from bottom to top, those of one floor together: nothing imports upwards. */
const WINGS = [
  ['errors'],
  ['sql'],
  ['dialects'],
  ['engine'],
  ['orm'],
  ['session'],
  ['observe', 'drivers', 'testing', 'reflection'],
  ['binding'],
  ['http'],
  FRAMEWORKS,
];

exports.WINGS = WINGS;

/** The packages that bind one library to db-core. */
const BINDING = /^(db-(?!core$).+|express-(?!service$).+)$/;

/**
 * One import, or a rule's view of it.
 *
 * @typedef {object} Import
 * @property {import('./workspace.cjs').Package} from the package that imports
 * @property {string} file within the package, as in `src/models.ts`
 * @property {string} specifier what is imported
 */

/**
 * What an import may not be, each with the reason that is shown.
 *
 * @type {{ reason: string, breaks(each: Import): boolean }[]}
 */
const RULES = [
  {
    reason: 'a package is imported by its name, not by a path into its folder',
    breaks: ({ from, file, specifier }) =>
      /^@quartet\/[^/]+\/(src|dist)\b/.test(specifier) ||
      (specifier.startsWith('.') &&
        !within(from.folder, path.resolve(from.folder, path.dirname(file), specifier))),
  },
  {
    reason: 'an app imports no other app (only mixed, workbench, cli and benchmarks do)',
    breaks: ({ from, specifier }) =>
      specifier.startsWith('@quartet/app-') && !SHOWCASES.includes(from.short),
  },
  {
    reason: 'models know nothing of the web: they must serve a script or a job as well',
    breaks: ({ from, file, specifier }) =>
      from.isApp && file === 'src/models.ts' && WEB.includes(specifier),
  },
  {
    reason: 'db-core depends on no ORM',
    breaks: ({ from, file, specifier }) =>
      from.short === 'db-core' && isSource(file) && packageOf(specifier) in ORMS,
  },
  {
    reason: 'db-core depends on no other package of ours',
    breaks: ({ from, file, specifier }) =>
      from.short === 'db-core' && isSource(file) && specifier.startsWith('@quartet/'),
  },
  ...FRAMEWORKS.map((name) => ({
    reason: `only db-core/${name} knows ${name}: keep it in src/${name}`,
    breaks: ({ from, file, specifier }) =>
      from.short === 'db-core' &&
      isSource(file) &&
      !file.startsWith(`src/${name}/`) &&
      packageOf(specifier) === name,
  })),
  {
    reason: `the wings of db-core stand on each other (${WINGS.map((floor) => floor.join(', ')).join(' < ')}): nothing imports upwards`,
    breaks: ({ from, file, specifier }) =>
      from.short === 'db-core' &&
      isSource(file) &&
      specifier.startsWith('.') &&
      floorOf(file) < floorOf(path.posix.join(path.posix.dirname(file), specifier)),
  },
];

/**
 * @param {string} root the folder of the workspace
 * @returns {string[]} a line for each import or dependency that breaks a rule
 */
exports.brokenBoundaries = (root) => {
  const packages = workspacePackages(root);
  if (packages.length === 0) return [`${root}: no packages found`];
  return packages.flatMap((from) => [
    ...bindingProblems(from),
    ...sourceFiles(from.folder).flatMap((file) => importProblems(root, from, file)),
    ...circleProblems(from),
  ]);
};

function importProblems(root, from, file) {
  const full = path.join(from.folder, file);
  return readModule(full).imports.flatMap(({ specifier }) =>
    RULES.filter(({ breaks }) => breaks({ from, file, specifier })).map(
      ({ reason }) => `${path.relative(root, full)}: imports ${specifier}: ${reason}`,
    ),
  );
}

/** Type imports count: types that need each other are one idea in two files. */
function circleProblems(from) {
  return circlesOfImports(from.folder).map(
    (circle) =>
      `${from.isApp ? 'apps' : 'packages'}/${from.short}: imports in a circle: ${circle.join(', ')}`,
  );
}

/** A binding has two peers: db-core, and one library. */
function bindingProblems({ short, isApp, manifest }) {
  if (isApp || !BINDING.test(short)) return [];
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const libraries = new Set(peers.filter((name) => name in ORMS).map((name) => ORMS[name]));
  const problems = [];
  if (!peers.includes('@quartet/db-core')) problems.push('must have @quartet/db-core as a peer');
  if (libraries.size !== 1) {
    const found = [...libraries].join(', ') || 'none';
    problems.push(`must have exactly one ORM as a peer, not ${found}`);
  }
  return problems.map((problem) => `packages/${short}/package.json: a binding ${problem}`);
}

/** The floor that a file of db-core stands on: what is in no wing stands above all but the web's. */
function floorOf(file) {
  const wing = file.split('/')[1];
  const floor = WINGS.findIndex((wings) => wings.includes(wing));
  return floor === -1 ? WINGS.findIndex((wings) => wings.includes('http')) - 0.5 : floor;
}

function isSource(file) {
  return file.startsWith('src/');
}

function within(folder, file) {
  return !path.relative(folder, file).startsWith('..');
}

function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
