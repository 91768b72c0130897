/**
 * npm run shell [-- STYLE]: a prompt inside a scope, with a style's models, session and engine, as `flask shell`
 * gives. Work that is not committed at the end is rolled back, and one line says so.
 *
 * @see https://flask.palletsprojects.com/en/stable/shell/
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { REPLServer } from 'node:repl';
import { parseArgs } from 'node:util';
import type { Engine } from '@quartet/db-core';
import { Scope } from '@quartet/db-core/binding';
import { Echo } from '@quartet/db-core/observe';
import { CommandError, endWith } from '../command-error';
import { openDatabase } from '../database';
import type { Style } from '../styles';
import { openStyle, styleNamed } from '../styles';
import { runPrompt } from './prompt';

const HELP = `npm run shell -- [STYLE]
  STYLE          extension (default), declarative, classical or sql-builder
  DATABASE_URL   the database (default: the style's file of npm start, data/STYLE.db)
  QUARTET_SHELL_HISTORY   where lines are kept (default ~/.quartet_shell_history; empty: nowhere)`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(HELP);
  if (positionals.length > 1)
    throw new CommandError('one style at a time: npm run shell -- classical', CommandError.USAGE);
  const style = styleNamed(positionals[0] ?? 'extension');
  const engine = openDatabase(style);
  try {
    await shell(style, engine);
  } finally {
    await engine.dispose();
  }
}

async function shell(style: Style, engine: Engine): Promise<void> {
  const app = await openStyle(style, engine);
  const names = { ...app.names, session: app.names['Session'], engine };
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const scope = new Scope();
  if (isTerminal) console.log(banner(style, engine, app.names));
  const failures = await runPrompt({
    prompt: `${style}> `,
    scope,
    names,
    historyFile: isTerminal ? historyFile() : undefined,
    prepare: (server) => addCommands(server, engine),
  });
  const lost = scope.hasUncommittedWrites;
  await scope.close({ cancel: true });
  if (lost) {
    const said = 'What was not committed is rolled back.';
    if (isTerminal) console.log(said);
    else console.error(said);
  }
  if (failures > 0) process.exitCode = 1;
}

function banner(style: Style, engine: Engine, names: Readonly<Record<string, unknown>>): string {
  return [
    `Quartet shell, ${style} style, on ${engine.url}`,
    `${[...Object.keys(names), 'engine'].join(', ')} are there; await works; .echo on shows the SQL; .exit ends.`,
  ].join('\n');
}

function historyFile(): string | undefined {
  const file = process.env['QUARTET_SHELL_HISTORY'] ?? join(homedir(), '.quartet_shell_history');
  return file === '' ? undefined : file;
}

function addCommands(server: REPLServer, engine: Engine): void {
  const colors = process.stdout.isTTY && process.stdout.hasColors();
  const echo = new Echo(engine, (line) => server.output.write(`${line}\n`), { colors });
  server.defineCommand('echo', {
    help: 'Show each statement that is sent: .echo on, .echo off',
    action(text) {
      const wanted = text.trim();
      if (wanted === 'on' || wanted === 'off') echo.switch(wanted === 'on');
      else if (wanted !== '') this.output.write(`.echo on or .echo off, not '${wanted}'\n`);
      if (wanted === '') this.output.write(`echo is ${echo.on ? 'on' : 'off'}\n`);
      this.displayPrompt();
    },
  });
}

// A timer or a server that was left running at the prompt does not keep the process alive.
void main()
  .catch((error: unknown) => endWith('shell', error))
  .finally(() => process.exit());
