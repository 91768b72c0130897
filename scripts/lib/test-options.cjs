'use strict';
// The options of `npm test`: which packages, on which engines.
const { parseArgs } = require('node:util');
const { APPS } = require('./workspace.cjs');

const STYLES = APPS.map(({ style }) => style);
const ENGINES = ['sqlite', 'postgres', 'mariadb'];

exports.HELP = `npm test -- [options]

  --style NAME     only the app of this style: ${STYLES.join(', ')}
  --package NAME   only this package: db-core, http-contract, ...
  --no-styles      everything but the four styles' apps
  --engine NAME    only on this engine: ${ENGINES.join(', ')}
  --help           this text

--style, --package and --engine take several names, separated by commas or repeated. Without
--engine the tests run on all engines; a machine without a MariaDB server leaves that one out
(an error when CI is set).
TEST_POSTGRES_URL and TEST_MARIADB_URL name servers to use in place of those started for the run.`;

/** A request that cannot be met; the message is one line. */
class UsageError extends Error {
  exitCode = 2;
}
exports.UsageError = UsageError;

/**
 * @param {string[]} args
 * @param {import('./workspace.cjs').Package[]} tested the packages that have tests
 * @throws UsageError for an unknown option or name, listing the valid ones
 */
exports.readTestOptions = (args, tested) => {
  const values = parse(args);
  const chosen = [
    ...pick('--style', values.style, tested.filter(isStyle)),
    ...pick('--package', values.package, tested),
  ];
  const fromEnvironment = (process.env.TEST_ENGINES ?? '').split(',').filter(Boolean);
  const asked = names(values.engine).length > 0 ? names(values.engine) : fromEnvironment;
  for (const name of asked) known('--engine', name, ENGINES);
  return {
    help: values.help,
    packages: selected(chosen, values['no-styles'], tested),
    engines: asked.length > 0 ? ENGINES.filter((engine) => asked.includes(engine)) : ENGINES,
    /** Asked for by name: an engine that cannot be had is then an error. */
    byName: asked.length > 0,
  };
};

function selected(chosen, noStyles, tested) {
  const wanted = chosen.length > 0 ? [...new Set(chosen)] : tested;
  if (noStyles && chosen.length > 0) {
    throw new UsageError(
      '--no-styles stands alone: --style and --package name what is to be tested',
    );
  }
  return noStyles ? wanted.filter((each) => !isStyle(each)) : wanted;
}

function isStyle({ isApp, short }) {
  return isApp && STYLES.includes(short);
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        style: { type: 'string', multiple: true, default: [] },
        package: { type: 'string', multiple: true, default: [] },
        engine: { type: 'string', multiple: true, default: [] },
        'no-styles': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error.message.split('\n')[0]} (npm test -- --help lists the options)`);
  }
}

function pick(option, asked, packages) {
  return names(asked).map((name) => {
    known(
      option,
      name,
      packages.map(({ short }) => short),
    );
    return packages.find(({ short }) => short === name);
  });
}

function known(option, name, valid) {
  if (valid.includes(name)) return;
  throw new UsageError(
    `${option} ${name}: there is no such name; the names are ${valid.join(', ')}`,
  );
}

function names(values) {
  return values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter(Boolean);
}
