'use strict';
// The exercises of the workshop: which there are, how far a learner is, and what their checks say.
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, spawnSync } = require('node:child_process');
const { gitDiff } = require('./file-diff.cjs');
const { killGroup, spawnGroup } = require('./process-group.cjs');
const { ROOT } = require('./workspace.cjs');

/** `WORKSHOP_FOLDER` is another folder of exercises: a copy of this one. */
const WORKSHOP = path.resolve(ROOT, process.env.WORKSHOP_FOLDER || 'docs/workshop');
const TSC = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
const REGISTER = path.join(__dirname, '../register.cjs');
const PROGRESS = path.join(WORKSHOP, '.progress.json');
/** Each check ends within three seconds, and loading the libraries takes one or two. */
const SILENCE_MS = 30_000;

/**
 * @typedef {object} Exercise
 * @property {string} number `03`
 * @property {string} title
 * @property {string} task the text of its page
 * @property {string} folder from the root, `docs/workshop/03.session`
 * @property {string} problem the learner's files, from the root
 * @property {string} solution
 *
 * @typedef {{ title: string, given: boolean, failure?: string }} Checked
 * @typedef {{ checks: Checked[], broken?: string }} Result `broken`: the files cannot be loaded
 * @typedef {{ file: string, line: number, message: string }} Mistake `file` from the root
 * @typedef {Result & { mistakes: Mistake[], isDone: boolean }} Examined where there are mistakes, nothing has run
 */

/** @returns {Exercise[]} */
exports.exercises = () =>
  fs
    .readdirSync(WORKSHOP)
    .filter((name) => /^\d\d\./.test(name))
    .sort()
    .map((name) => {
      const folder = path.relative(ROOT, path.join(WORKSHOP, name));
      const task = fs.readFileSync(path.join(ROOT, folder, 'README.md'), 'utf8');
      return {
        number: name.slice(0, 2),
        title: task.split('\n')[0].replace(/^# \d+\. /, ''),
        task,
        folder,
        problem: `${folder}/problem`,
        solution: `${folder}/solution`,
      };
    });

/**
 * How far the learner is: `done` when the checks have passed for the files as they are.
 *
 * @param {Exercise} exercise
 * @returns {'done' | 'begun' | 'open'}
 */
exports.stateOf = (exercise) => {
  if (progress()[exercise.number] === digest(exercise.problem)) return 'done';
  return exports.isChanged(exercise) ? 'begun' : 'open';
};

/** Whether the learner's files differ from those of the last commit. @param {Exercise} exercise */
exports.isChanged = ({ problem }) =>
  git(problem, ['status', '--porcelain', '--', 'src']).stdout !== '';

/**
 * The learner's files in TypeScript.
 *
 * @param {Exercise} exercise
 * @returns {{ file: string, text: string }[]} `file` from the root
 */
exports.filesOf = ({ problem }) =>
  filesIn(`${problem}/src`)
    .filter(({ file }) => file.endsWith('.ts'))
    .map(({ file, content }) => ({ file: `${problem}/src/${file}`, text: content.toString() }));

/**
 * Compiles the learner's files and runs the checks; whether they are done is noted.
 *
 * @param {Exercise} exercise
 * @param {AbortSignal} [signal] ends the processes, and nothing is noted
 * @returns {Promise<Examined>}
 */
exports.examine = async (exercise, signal) => {
  const { number, problem } = exercise;
  const examined = digest(problem);
  const [compiled, results] = await Promise.all([
    compile(exercise, signal),
    exports.runChecks([problem], { signal }),
  ]);
  const isCompiled = compiled.mistakes.length === 0 && compiled.broken === undefined;
  const { checks, broken } = (isCompiled && results.get(problem)) || { ...compiled, checks: [] };
  const isDone =
    isCompiled && broken === undefined && checks.every(({ failure }) => failure === undefined);
  if (!signal?.aborted) note(number, isDone ? examined : undefined);
  return { mistakes: compiled.mistakes, checks, isDone, ...(broken !== undefined && { broken }) };
};

/**
 * Runs the checks against folders, problems or solutions, in one process.
 *
 * @param {string[]} folders from the root
 * @param {{ signal?: AbortSignal, silenceMs?: number }} [options] `signal` ends the process, and so does silence
 * @returns {Promise<Map<string, Result>>}
 */
exports.runChecks = async (folders, { signal, silenceMs = SILENCE_MS } = {}) => {
  // Databases of checks that are ended go with the folder.
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-workshop-'));
  const hooks = ['--conditions=quartet-source', '--enable-source-maps', `--require=${REGISTER}`];
  const child = spawn(
    process.execPath,
    [...hooks, path.join(ROOT, 'docs/workshop/lib/run.ts'), ...folders],
    {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
      killSignal: 'SIGKILL', // an exercise may be busy
      signal,
    },
  );
  let output = '';
  let errors = '';
  let isSilent = false;
  const silence = setTimeout(() => (isSilent = child.kill('SIGKILL')), silenceMs);
  child.stdout.on('data', (data) => {
    output += data;
    silence.refresh();
  });
  child.stderr.on('data', (data) => (errors += data));
  await ended(child);
  clearTimeout(silence);
  fs.rmSync(scratch, { recursive: true, force: true });
  /** @type {Map<string, Result & { isOver?: boolean }>} */
  const results = new Map(folders.map((folder) => [folder, { checks: [] }]));
  for (const line of output.split('\n')) {
    const { folder, over, ...said } = saidIn(line);
    const result = results.get(folder);
    if (result && over) Object.assign(result, said, { isOver: true });
    else result?.checks.push(said);
  }
  const why = isSilent
    ? `nothing has come for ${silenceMs / 1000} seconds: look for a loop that does not end`
    : (firstLine(errors) ?? 'the process of the checks has ended');
  for (const result of results.values()) if (!result.isOver) result.broken = why;
  return results;
};

/** What the solution has differently. @param {Exercise} exercise @param {boolean} inColour */
exports.solutionDiff = ({ problem, solution }, inColour) =>
  gitDiff([inColour ? '--color=always' : '--color=never', `${problem}/src`, `${solution}/src`], {
    cwd: ROOT,
  });

/**
 * Puts the files of the beginning back.
 *
 * @param {Exercise} exercise
 * @param {string} stamp part of the name of the folder with what the learner had
 * @returns {string | undefined} where that is kept, from the root; undefined where nothing had been changed
 */
exports.reset = (exercise, stamp) => {
  const { number, problem } = exercise;
  note(number, undefined);
  if (!exports.isChanged(exercise)) return undefined;
  const kept = path.relative(ROOT, path.join(WORKSHOP, '.saved', `${number}-${stamp}`));
  fs.cpSync(path.join(ROOT, problem, 'src'), path.join(ROOT, kept), { recursive: true });
  fs.rmSync(path.join(ROOT, problem, 'src'), { recursive: true });
  const { status, stderr } = git(problem, ['checkout', 'HEAD', '--', 'src']);
  if (status === 0) return kept;
  fs.cpSync(path.join(ROOT, kept), path.join(ROOT, problem, 'src'), { recursive: true });
  throw new Error(
    `git cannot put the files back, and yours are as they were: ${firstLine(stderr)}`,
  );
};

/**
 * What TypeScript says of the learner's files; nothing where they compile.
 *
 * @param {Exercise} exercise
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ mistakes: Mistake[], broken?: string }>} `broken`: it cannot even begin
 */
async function compile({ problem }, signal) {
  // On Node 20 `tsc` starts the compiler as a process of its own, which its end would not reach.
  const child = spawnGroup(
    process.execPath,
    [TSC, '--noEmit', '--pretty', 'false', '-p', problem],
    {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const kill = () => killGroup(child);
  signal?.addEventListener('abort', kill);
  let output = '';
  child.stdout?.on('data', (data) => (output += data));
  await ended(child);
  signal?.removeEventListener('abort', kill);
  const mistakes = output
    .split('\n')
    .map((line) => /^(\S+)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, file, line, message]) => ({ file, line: Number(line), message }));
  if (mistakes.length > 0 || child.exitCode === 0) return { mistakes };
  return { mistakes, broken: `TypeScript ends with ${firstLine(output) ?? 'nothing said'}` };
}

/** What `run.ts` says in a line, or nothing where the exercise itself has printed it. @param {string} line */
function saidIn(line) {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

/** Resolves when it has ended, of itself or by its signal. @param {import('node:child_process').ChildProcess} child */
function ended(child) {
  child.on('error', () => undefined);
  return new Promise((done) => child.once('close', done));
}

/** @param {string} number @param {string | undefined} passed the digest of the files that have passed */
function note(number, passed) {
  const { [number]: former, ...others } = progress();
  if (former === passed) return;
  const next = passed === undefined ? others : { ...others, [number]: passed };
  // Renamed: somebody who reads meanwhile would take half a file for none.
  const file = `${PROGRESS}.${process.pid}`;
  fs.writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
  fs.renameSync(file, PROGRESS);
}

function progress() {
  try {
    return JSON.parse(fs.readFileSync(PROGRESS, 'utf8'));
  } catch {
    return {}; // none yet, or not readable: the checks say it again
  }
}

function digest(folder) {
  const hash = crypto.createHash('sha256');
  for (const { file, content } of filesIn(`${folder}/src`))
    hash.update(`${file}\n`).update(content);
  return hash.digest('hex');
}

/** All files in a folder, from the root. An editor that saves lets some come and go. */
function filesIn(folder) {
  const src = path.join(ROOT, folder);
  const names = fs.existsSync(src)
    ? fs.readdirSync(src, { recursive: true, encoding: 'utf8' })
    : [];
  return names.sort().flatMap((file) => {
    try {
      return [{ file, content: fs.readFileSync(path.join(src, file)) }];
    } catch {
      return []; // a folder, or gone
    }
  });
}

function git(folder, args) {
  const cwd = path.join(ROOT, folder);
  const { stdout, stderr, status } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  return { stdout: stdout ?? '', stderr: stderr || 'there is no git', status };
}

function firstLine(text) {
  return text.split('\n').find((line) => line.trim() !== '');
}
