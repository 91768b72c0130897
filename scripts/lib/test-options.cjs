'use strict';
// The options of `npm test`: which packages, on which engines.
const { parseArgs } = require('node:util');
const { APPS } = require('./workspace.cjs');

const STYLES = APPS.map(({ style }) => style);
const ENGINES = ['sqlite', 'postgres', 'mariadb'];
/** An option that takes several names, and one that takes nothing. */
const NAMES = { type: /** @type {const} */ ('string'), multiple: true, default: [] };
const FLAG = { type: /** @type {const} */ ('boolean'), default: false };

exports.STYLES = STYLES;
exports.ENGINES = ENGINES;
exports.NAMES = NAMES;
exports.FLAG = FLAG;

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
 * Says that an engine is left out of a run because this machine has no server of it.
 *
 * @param {string} engine
 * @param {string} why
 * @param {boolean} byName whether it was asked for
 * @throws UsageError where a run may not be smaller than it looks: when the engine was asked for, and when CI is set
 */
exports.leaveOut = (engine, why, byName) => {
  const required = byName ? 'it was asked for' : process.env.CI && 'CI is set';
  if (required) throw new UsageError(`${engine}: ${why}; an error, since ${required}`);
  console.log(`${engine}: left out of this run, ${why}`);
};

/**
 * @param {string[]} args
 * @param {import('./workspace.cjs').Package[]} tested the packages that have tests
 * @throws UsageError for an unknown option or name, listing the valid ones
 */
exports.readTestOptions = (args, tested) => {
  const values = parse('npm test', args, {
    style: NAMES,
    package: NAMES,
    engine: NAMES,
    'no-styles': FLAG,
  });
  const wanted = [
    ...pick('--style', values.style, tested.filter(isStyle)),
    ...pick('--package', values.package, tested),
  ];
  const fromEnvironment = (process.env.TEST_ENGINES ?? '').split(',').filter(Boolean);
  const asked = names(values.engine).length > 0 ? names(values.engine) : fromEnvironment;
  return {
    help: values.help,
    packages: selected(wanted, values['no-styles'], tested),
    engines: chosen('--engine', asked, ENGINES),
    /** Asked for by name: an engine that cannot be had is then an error. */
    byName: asked.length > 0,
  };
};

function selected(named, noStyles, tested) {
  const wanted = named.length > 0 ? [...new Set(named)] : tested;
  if (noStyles && named.length > 0) {
    throw new UsageError(
      '--no-styles stands alone: --style and --package name what is to be tested',
    );
  }
  return noStyles ? wanted.filter((each) => !isStyle(each)) : wanted;
}

function isStyle({ isApp, short }) {
  return isApp && STYLES.includes(short);
}

/**
 * The values of the options. There is always `--help`.
 *
 * @param {string} command the one that they belong to, for the message
 * @param {string[]} args
 * @param {import('node:util').ParseArgsConfig['options']} options
 * @returns {Record<string, any>}
 * @throws UsageError for an unknown option
 */
function parse(command, args, options) {
  try {
    return parseArgs({ args, options: { ...options, help: { ...FLAG, short: 'h' } } }).values;
  } catch (error) {
    throw new UsageError(
      `${error.message.split('\n')[0]} (${command} -- --help lists the options)`,
    );
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
  const meant = nearest(name, valid);
  throw new UsageError(
    meant === undefined
      ? `${option} ${name}: there is no such name; the names are ${valid.join(', ')}`
      : `${option} ${name}: there is no such name, did you mean ${meant}? The names are ${valid.join(', ')}`,
  );
}

/** The name that shares the most pairs of letters; undefined where less than half of all pairs are shared. */
function nearest(name, valid) {
  const own = pairsOf(name);
  const likeness = (other) => {
    const pairs = pairsOf(other);
    return (2 * own.filter((pair) => pairs.includes(pair)).length) / (own.length + pairs.length);
  };
  const [best] = valid.toSorted((a, b) => likeness(b) - likeness(a));
  return best !== undefined && likeness(best) >= 0.5 ? best : undefined;
}

function pairsOf(word) {
  const letters = word.toLowerCase();
  return Array.from({ length: letters.length - 1 }, (_, i) => letters.slice(i, i + 2));
}

/** Those that are asked for, all of them where none is. */
function chosen(option, given, valid) {
  const asked = names(given);
  for (const name of asked) known(option, name, valid);
  return asked.length > 0 ? valid.filter((name) => asked.includes(name)) : valid;
}

/** Several names, separated by commas or repeated. */
function names(values) {
  return values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter(Boolean);
}

exports.names = names;
exports.chosen = chosen;
exports.parse = parse;
