'use strict';
// The cells of the CI matrix: the tests of each style, and those of everything else, on each engine and each Node. This is the
// one list of them: `npm run matrix` runs it, .github/workflows/ci.yml asks for it, docs/ci.md shows what came of it.
const { NODES } = require('./node-versions.cjs');
const { ENGINES, FLAG, NAMES, STYLES, chosen, names, parse } = require('./test-options.cjs');

/** The packages and the other apps, which have no style. */
const OTHERS = 'others';

/**
 * @typedef {{ style: string, engine: string, node: string }} Cell
 * @typedef {{ style: string[], engine: string[], node: string[] }} Axes
 */

/** @type {Axes} */
const AXES = { style: [...STYLES, OTHERS], engine: ENGINES, node: NODES };
exports.AXES = AXES;

exports.HELP = `npm run matrix -- [options]     runs cells of the CI matrix on this machine

  --style NAME     ${AXES.style.join(', ')} (packages and other apps)
  --engine NAME    ${AXES.engine.join(', ')}
  --node NAME      ${AXES.node.join(', ')}; the versions that you do not have come from npm
  --all            every cell
  --docs           writes the results into docs/ci.md
  --json           runs nothing: prints the names, as the workflow wants them
  --help           this text

--style, --engine and --node take several names, separated by commas or repeated; what is left out is every
name. There are ${AXES.style.length * AXES.engine.length * AXES.node.length} cells. One of them: npm run matrix -- --style ${STYLES[0]} --engine ${ENGINES[0]} --node ${NODES.at(-1)}`;

/**
 * @param {string[]} args
 * @throws UsageError for an unknown option or name
 */
exports.readMatrixOptions = (args) => {
  const { all, docs, json, help, ...asked } = parse('npm run matrix', args, {
    style: NAMES,
    engine: NAMES,
    node: NAMES,
    all: FLAG,
    docs: FLAG,
    json: FLAG,
  });
  const axes = /** @type {Axes} */ (
    Object.fromEntries(
      Object.entries(AXES).map(([axis, valid]) => [axis, chosen(`--${axis}`, asked[axis], valid)]),
    )
  );
  const isAsked = (axis) => names(asked[axis]).length > 0;
  return {
    docs,
    json,
    axes,
    cells: cellsOf(axes),
    /** Nothing runs for an hour because somebody wanted to see what there is. */
    help: help || !(all || json || Object.keys(AXES).some(isAsked)),
    engineByName: isAsked('engine'),
  };
};

/** @param {Axes} axes @returns {Cell[]} those of one Node after the other */
function cellsOf({ style: styles, engine: engines, node: nodes }) {
  return nodes.flatMap((node) =>
    styles.flatMap((style) => engines.map((engine) => ({ style, engine, node }))),
  );
}

/** What `npm test` is asked for. @param {Cell} cell */
exports.testArguments = ({ style, engine }) => [
  ...(style === OTHERS ? ['--no-styles'] : ['--style', style]),
  '--engine',
  engine,
];

/** @param {Cell} cell */
exports.commandOf = ({ style, engine, node }) =>
  `npm run matrix -- --style ${style} --engine ${engine} --node ${node}`;
