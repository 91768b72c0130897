'use strict';
// npm run workshop: lists the exercises; npm run workshop 03: runs the checks of one. See docs/workshop/README.md.
// With --json the list and `watch` speak to a program, the workbench: a line of JSON for each thing to know.
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const {
  examine,
  exercises: readExercises,
  filesOf,
  reset: putBack,
  runChecks,
  solutionDiff,
  stateOf,
} = require('./lib/workshop.cjs');
const { watchFolders } = require('./lib/watch-folders.cjs');
const { ROOT } = require('./lib/workspace.cjs');

const ACTIONS = ['watch', 'solution', 'reset'];
const USAGE = `npm run workshop [NUMBER [${ACTIONS.join(' | ')}] | doctor]`;

/** @type {Record<string, string>} */
const SIGNS = { done: '✓', begun: '…', open: ' ' };

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));

/** @param {string[]} args */
async function main(args) {
  // `npm run workshop 03 --watch` without `--` gives npm the option, which hands it on by this variable.
  const toNpm = ACTIONS.filter((action) => process.env[`npm_config_${action}`] === 'true');
  const words = [...args, ...toNpm].filter((arg) => arg !== '--json');
  const isForProgram = args.includes('--json');
  const [number, ...actions] = words.map((arg) => arg.replace(/^--/, ''));
  if (number === undefined) return isForProgram ? listForProgram() : list();
  if (number === 'doctor') return doctor();
  const exercises = readExercises();
  const exercise = exercises.find((each) => Number(each.number) === Number(number));
  if (!exercise)
    return refuse(
      `There is no exercise ${number}: they go from 01 to ${exercises.at(-1)?.number}.`,
    );
  const [action = 'check', another] = actions;
  if (action !== 'check' && !ACTIONS.includes(action))
    return refuse(`'${action}' is none of ${ACTIONS.join(', ')}.`);
  if (another !== undefined) return refuse(`One at a time: ${action}, or ${another}.`);
  if (isForProgram && action !== 'watch') return refuse('--json is for the list, and for watch.');
  if (action === 'solution') return showSolution(exercise);
  if (action === 'reset') return reset(exercise);
  if (action === 'check') return check(exercise);
  return isForProgram ? watchForProgram(exercise) : watch(exercise);
}

function list() {
  for (const exercise of readExercises())
    console.log(`${SIGNS[stateOf(exercise)]} ${exercise.number}  ${exercise.title}`);
  console.log(`\n✓ done  … begun\n\n${USAGE}`);
  return 0;
}

function listForProgram() {
  say(readExercises().map((exercise) => ({ ...exercise, state: stateOf(exercise) })));
  return 0;
}

/** @param {import('./lib/workshop.cjs').Exercise} exercise @param {AbortSignal} [signal] */
async function check(exercise, signal) {
  const { number, title, folder, problem } = exercise;
  console.log(`${number}  ${title}  (${folder}/README.md)\n`);
  const { mistakes, broken, checks, isDone } = await examine(exercise, signal);
  if (signal?.aborted) return 1;
  if (mistakes.length > 0) {
    console.log('Your files do not compile yet:\n');
    for (const { file, line, message } of mistakes) console.log(`  ${file}:${line}  ${message}`);
    return 1;
  }
  if (broken !== undefined) {
    console.log(`Your files cannot be loaded: ${broken}`);
    return 1;
  }
  for (const each of checks) {
    console.log(`${each.failure === undefined ? '✓' : '✗'} ${each.title}`);
    if (each.failure !== undefined) console.log(`    ${each.failure}`);
  }
  const next = readExercises().find((each) => stateOf(each) !== 'done');
  if (!isDone) console.log(`\nThe files are in ${problem}/src.`);
  else
    console.log(
      next ? `\nDone. Next: npm run workshop ${next.number}` : '\nDone, and so are all the others.',
    );
  return isDone ? 0 : 1;
}

/** @param {import('./lib/workshop.cjs').Exercise} exercise @returns {Promise<number>} never: a Ctrl-C ends it */
function watch(exercise) {
  atEachSave(exercise, async (signal) => {
    if (process.stdout.isTTY) console.clear();
    await check(exercise, signal);
    if (!signal.aborted) console.log('\nWaiting for you to save. Ctrl-C ends it.');
  });
  return new Promise(() => undefined);
}

/**
 * Says that it checks which files, and what has come of it, until nobody reads it any more.
 *
 * @param {import('./lib/workshop.cjs').Exercise} exercise
 * @returns {Promise<number>}
 */
function watchForProgram(exercise) {
  const end = atEachSave(exercise, async (signal) => {
    say({ files: filesOf(exercise) });
    const examined = await examine(exercise, signal);
    if (!signal.aborted) say(examined);
  });
  return new Promise((done) => {
    const over = () => {
      end();
      process.stdin.destroy();
      done(0);
    };
    process.stdin.resume().once('close', over); // as well where the program was killed
    process.stdout.on('error', over);
    process.once('SIGTERM', over);
  });
}

/**
 * Runs `fn` now and at each save; what runs at a save is ended.
 *
 * @param {import('./lib/workshop.cjs').Exercise} exercise
 * @param {(signal: AbortSignal) => Promise<void>} fn
 * @returns {() => void} what ends it
 */
function atEachSave({ problem }, fn) {
  let current = new AbortController();
  const run = () => {
    current.abort();
    current = new AbortController();
    fn(current.signal).catch((error) => {
      console.error(error.message);
      process.exit(1);
    });
  };
  const unwatch = watchFolders([path.join(ROOT, problem, 'src')], run);
  run();
  return () => {
    unwatch();
    current.abort();
  };
}

/** @param {unknown} what */
function say(what) {
  console.log(JSON.stringify(what));
}

/** @param {import('./lib/workshop.cjs').Exercise} exercise */
function showSolution(exercise) {
  try {
    const diff = solutionDiff(exercise, process.stdout.isTTY === true);
    console.log(diff || 'Your files are those of the solution.');
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
  console.log('Your files stay as they are.');
  return 0;
}

/** @param {import('./lib/workshop.cjs').Exercise} exercise */
function reset(exercise) {
  const stamp = new Date().toISOString().slice(0, 19).replace(/\D/g, '');
  try {
    const kept = putBack(exercise, stamp);
    console.log(
      kept === undefined
        ? `Exercise ${exercise.number} is as it was in the beginning.`
        : `Exercise ${exercise.number} is as it was in the beginning; what you had is in ${kept}.`,
    );
    return 0;
  } catch (error) {
    return refuse(/** @type {Error} */ (error).message);
  }
}

/** Can this machine run the workshop? */
async function doctor() {
  const { status } = spawnSync(process.execPath, [path.join(__dirname, 'doctor.cjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) return status ?? 1;
  const began = performance.now();
  const folders = readExercises().map(({ solution }) => solution);
  const results = await runChecks(folders);
  const failing = folders.filter((folder) => {
    const { checks, broken } = results.get(folder) ?? { checks: [] };
    return broken !== undefined || checks.some(({ failure }) => failure !== undefined);
  });
  for (const folder of failing) console.log(`missing  ${folder}: its checks do not pass here`);
  if (failing.length > 0) return 1;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `\nThe workshop works: the checks of all ${folders.length} solutions pass, in ${seconds} s.`,
  );
  return 0;
}

/** @param {string} why */
function refuse(why) {
  console.error(`${why}\n${USAGE}`);
  return 2;
}
