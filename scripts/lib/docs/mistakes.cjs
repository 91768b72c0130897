'use strict';
// The same mistakes in the four styles: what the compiler says of them, from its own errors, and what happens when they
// run, each in a request of its own on SQLite.
const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { APPS, ROOT } = require('../workspace.cjs');

const run = promisify(execFile);
const WORKBENCH = path.join(ROOT, 'apps/workbench');
const FOLDER = path.join(WORKBENCH, 'src/mistakes');
const DIRECTIVE = /^\s*\/\/ @ts-expect-error\b.*$/gm;
const UNAWAITED = /oxlint-disable-next-line typescript\/no-floating-promises/;

/** mistakes types|runs */
exports.mistakeTable = async (kind) => {
  const cells = kind === 'types' ? await whatTheCompilerSays() : await whatHappens();
  const rows = Object.entries(titles()).map(([name, title]) => [
    title,
    ...APPS.map(({ style }) => cells[style][name]),
  ]);
  return [['mistake', ...APPS.map(({ style }) => style)], Array(5).fill('---'), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
};

/** @returns {Record<string, string>} in the order of the tables */
function titles() {
  const text = fs.readFileSync(path.join(FOLDER, 'mistakes.ts'), 'utf8');
  const [, list = ''] = /MISTAKES\b.*= \{\n([\s\S]*?)\n\};/.exec(text) ?? [];
  return Object.fromEntries(
    [...list.matchAll(/^ {2}(\w+): '(.*)',$/gm)].map(([, name, title]) => [name, title]),
  );
}

/** Compiles copies without the directives that expect the errors. */
async function whatTheCompilerSays() {
  const copies = path.join(WORKBENCH, `dist/mistakes-${process.pid}`);
  fs.mkdirSync(copies, { recursive: true });
  try {
    for (const file of fs.readdirSync(FOLDER)) {
      const text = fs.readFileSync(path.join(FOLDER, file), 'utf8');
      fs.writeFileSync(path.join(copies, file), text.replace(DIRECTIVE, '//'));
    }
    const project = { extends: '../../tsconfig.json', include: ['*.ts'] };
    fs.writeFileSync(path.join(copies, 'tsconfig.json'), JSON.stringify(project));
    const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [
      compiler,
      '-p',
      copies,
      '--pretty',
      'false',
    ]).catch((error) => {
      if (typeof error.stdout === 'string' && error.stdout) return error; // it has found errors
      throw error;
    });
    const found = [...stdout.matchAll(/([\w-]+)\.ts\((\d+),\d+\): error (TS\d+)/g)];
    const cells = {};
    for (const { style } of APPS) {
      const lines = fs.readFileSync(path.join(copies, `${style}.ts`), 'utf8').split('\n');
      cells[style] = Object.fromEntries(
        Object.keys(titles()).map((name) => {
          const [from, to] = placeOf(lines, name);
          const error = found.find(
            ([, file, line]) => file === style && Number(line) > from && Number(line) <= to,
          );
          if (error) return [name, `refused, ${error[3]}`];
          const isLinted = lines.slice(from, to).some((line) => UNAWAITED.test(line));
          return [name, isLinted ? 'compiles; lint refuses it' : 'compiles'];
        }),
      );
    }
    return cells;
  } finally {
    fs.rmSync(copies, { recursive: true, force: true });
  }
}

/** @returns {[number, number]} the lines before its first, and with its last */
function placeOf(lines, name) {
  const from = lines.findIndex((line) => line.startsWith(`  async ${name}(`));
  const to = lines.indexOf('  },', from);
  if (from < 0 || to < 0) throw new Error(`${FOLDER}: no mistake '${name}'`);
  return [from, to];
}

async function whatHappens() {
  const cells = {};
  for (const { style } of APPS) {
    const observe = path.join(__dirname, 'observe-mistakes.cjs');
    const hook = path.join(ROOT, 'scripts/register.cjs');
    const args = ['--conditions=quartet-source', `--require=${hook}`, observe, style];
    const { stdout } = await run(process.execPath, args).catch((error) => {
      throw new Error(`the mistakes of ${style} could not be run:\n${error.stdout}`);
    });
    cells[style] = Object.fromEntries(
      Object.entries(JSON.parse(stdout)).map(([name, seen]) => [name, inWords(seen)]),
    );
  }
  return cells;
}

/** `500, ProgrammingError`; `200, nothing is kept, told with the route`. */
function inWords({ status, error, rows, told }) {
  if (error) return `${status}, \`${error}\``;
  const kept = rows === 0 ? 'nothing is kept' : 'one row is kept';
  return [status, kept, ...(told ? ['told with the route'] : [])].join(', ');
}
