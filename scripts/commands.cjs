'use strict';
// npm run commands: every command that README and docs print, as it is printed, in a fresh clone of what is committed and with an
// empty HOME. What takes minutes is left out unless it is asked for: npm run commands -- --long
// Pages of one kind: npm run commands -- --page docs/workshop
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { trialOf } = require('./lib/command-trials.cjs');
const { printedCommands } = require('./lib/docs/commands.cjs');
const { spawnGroup, stopGroup, untilSaid } = require('./lib/process-group.cjs');
const { FLAG, NAMES, parse, UsageError } = require('./lib/test-options.cjs');
const { compiledDriver } = require('./lib/sqlite-driver.cjs');
const { withHome } = require('./lib/with-home.cjs');
const { publishedPackages, ROOT } = require('./lib/workspace.cjs');

const START_MS = 120_000;
const END_MS = 30_000;

async function main() {
  const { long, page, help } = parse('npm run commands', process.argv.slice(2), {
    long: FLAG,
    page: NAMES,
  });
  if (help) return console.log('npm run commands -- [--long] [--page PATH]');
  const pages = printedCommands(ROOT).filter(
    ({ file }) => page.length === 0 || page.some((each) => file.startsWith(each)),
  );
  if (pages.length === 0) throw new UsageError(`No page begins with ${page.join(' or ')}.`);
  const unknown = pages.flatMap(({ file, commands }) =>
    commands
      .filter((each) => !trialOf(each))
      .map((command) => `${file}: nothing says how to try \`${command}\``),
  );
  if (unknown.length > 0)
    throw new UsageError(`${unknown.join('\n')}\nAdd it to scripts/lib/command-trials.cjs.`);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-commands-'));
  try {
    await new Run(scratch, long).all(pages);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** One clone, in which each command is run once; what serves is kept until the page that prints it is through. */
class Run {
  #clone;
  #shop;
  #env;
  #long;
  #done = new Set();
  #failed = [];
  /** @type {{ child: import('node:child_process').ChildProcess, command: string, code: number | null }[]} */
  #serving = [];

  constructor(scratch, long) {
    this.#clone = path.join(scratch, 'quartet');
    this.#shop = path.join(scratch, 'shop');
    this.#long = long;
    const home = path.join(scratch, 'home');
    for (const each of [this.#shop, path.join(this.#shop, 'src'), home])
      fs.mkdirSync(each, { recursive: true });
    this.#env = {
      ...withHome(home),
      ...compiledDriver(ROOT, scratch),
      PORT: '4600',
      DATABASE_URL: `sqlite:///${scratch}/notes.db`,
    };
    // As a person has them: none of CI's, and no servers of ours.
    for (const name of ['CI', 'TEST_POSTGRES_URL', 'TEST_MARIADB_URL']) delete this.#env[name];
    execFileSync('git', ['clone', '--quiet', ROOT, this.#clone]);
  }

  async all(pages) {
    // What the pages take for granted once they have said it.
    for (const command of ['npm run setup', 'npm run build', 'npm run pack', 'npm run db:migrate'])
      this.#must(command, this.#clone);
    fs.writeFileSync(path.join(this.#shop, 'package.json'), '{ "private": true }');
    for (const { file, commands } of pages) {
      const began = Date.now();
      for (const command of commands) await this.#once(file, command);
      await this.#stop();
      console.log(
        `${file}: ${commands.length} commands, ${((Date.now() - began) / 1000).toFixed(0)} s`,
      );
    }
    for (const failure of this.#failed) console.error(`\n${failure}`);
    if (this.#failed.length > 0) process.exitCode = 1;
    console.log(`${this.#done.size} commands, ${this.#failed.length} failed`);
  }

  async #once(file, command) {
    const trial = trialOf(command) ?? {};
    const folder =
      trial.in === 'shop'
        ? this.#shop
        : path.join(
            this.#clone,
            command.endsWith('pnpm dev') && !command.startsWith('cd ') ? path.dirname(file) : '.',
          );
    const key = `${folder} ${command}`;
    const isRunning = trial.until || command.startsWith('curl');
    if (this.#done.has(key) && !isRunning) return;
    this.#done.add(key);
    if (trial.by) return console.log(`  ${command}: tried by ${trial.by}`);
    if (trial.long && !this.#long)
      return console.log(`  ${command}: takes ${trial.long}; with --long`);
    try {
      if (trial.until) await this.#serve(command, folder, trial);
      else {
        if (trial.first) this.#end(trial.first, folder, 0);
        this.#end(command, folder, trial.code ?? 0);
      }
    } catch (error) {
      this.#failed.push(`${file}: ${command}\n${error.message}`);
    }
  }

  #end(command, folder, code) {
    const { status, stdout, stderr } = this.#sh(this.#real(command), folder);
    assert.equal(
      status,
      code,
      `exit code ${status} instead of ${code}:\n${`${stdout}${stderr}`.slice(-3_000)}`,
    );
  }

  /**
   * @param {string} command
   * @param {string} folder
   * @param {import('./lib/command-trials.cjs').Trial} trial
   */
  async #serve(command, folder, trial) {
    const { until = /./, code = 0 } = trial;
    await this.#stop();
    const child = spawnGroup('sh', ['-ec', this.#real(command)], {
      cwd: folder,
      env: this.#withPnpm(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#serving.push({ child, command, code });
    await untilSaid(child, until, START_MS);
  }

  async #stop() {
    for (const { child, command, code } of this.#serving.splice(0)) {
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGINT'); // as the terminal does
      await stopGroup(child, { signal: 'SIGINT', deadlineMs: END_MS });
      const ended = child.exitCode ?? child.signalCode;
      if (code !== null && !(ended !== null && [code, 130, 'SIGINT'].includes(ended)))
        this.#failed.push(`${command}\nhas ended with ${ended} at Ctrl-C`);
    }
  }

  /** A reader puts an address of a database of theirs here, and the packages, which are on no registry yet, from `npm run pack`. */
  #real(command) {
    return command
      .replace(/^DATABASE_URL=postgresql:\S+ /, '')
      .replace(/^WORKBENCH_URLS=\S+ /, '')
      .replace(/(?<=^npm install .*)@quartet\/([\w-]+)/g, (_, short) => this.#tarball(short));
  }

  #tarball(short) {
    assert.ok(
      publishedPackages().some((each) => each.short === short),
      `@quartet/${short} is not published`,
    );
    return path.join(this.#clone, 'packed', `${short}.tgz`);
  }

  #must(command, folder) {
    const { status, stdout, stderr } = this.#sh(command, folder);
    if (status !== 0) throw new Error(`${command} has failed:\n${stdout}${stderr}`);
  }

  #sh(command, cwd) {
    return spawnSync('sh', ['-ec', command], {
      cwd,
      env: this.#withPnpm(),
      encoding: 'utf8',
      input: '',
      maxBuffer: 1e9,
    });
  }

  /** A person who has pnpm has it on PATH. */
  #withPnpm() {
    return {
      ...this.#env,
      PATH: `${path.join(this.#clone, 'node_modules/.bin')}${path.delimiter}${this.#env.PATH}`,
    };
  }
}

main().catch((error) => {
  console.error(error instanceof UsageError ? error.message : `npm run commands: ${error.stack}`);
  process.exitCode = error.exitCode ?? 1;
});
