/**
 * Node's REPL, whose every line runs in one scope: the REPL itself loses the AsyncLocalStorage context
 * between two lines, and with it the session. At a terminal it has history, completion and a prompt; from a
 * pipe it takes a line when the one before is done, prints values and nothing else, and counts errors.
 *
 * @see https://nodejs.org/api/repl.html#custom-evaluation-functions
 */
import type { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import type { REPLServer } from 'node:repl';
import { Recoverable, start } from 'node:repl';
import type { Scope } from '@quartet/db-core';
import { enterScope } from '@quartet/db-core/binding';
import { completeSession } from './completion';
import { describeError, makeWriter } from './writer';

export interface PromptOptions {
  readonly prompt: string;
  readonly scope: Scope;
  readonly names: Readonly<Record<string, unknown>>;
  /** `undefined`: no history is kept. */
  readonly historyFile: string | undefined;
  /** Called with the REPL before the first line, to add commands. */
  readonly prepare: (server: REPLServer) => void;
}

/** Runs until `.exit` or the end of the input. Resolves to the number of lines that failed. */
export async function runPrompt(options: PromptOptions): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  return await (terminal ? atTerminal(options) : fromPipe(options));
}

async function atTerminal(options: PromptOptions): Promise<number> {
  const colors = process.stdout.hasColors();
  const server = start({
    prompt: options.prompt,
    useGlobal: true, // another context would have another Date and Array, which libraries do not recognise
    useColors: colors,
    ignoreUndefined: true,
    breakEvalOnSigint: true, // Ctrl-C stops waiting for a statement that does not end
    preview: false, // it would evaluate half a line, outside the scope
    writer: makeWriter(options.names['Session'], colors),
  });
  process.on('SIGINT', () => undefined); // npm repeats the terminal's signal, which must not end the shell
  prepare(server, options, (error) => {
    server.output.write(`Uncaught ${describeError(error, colors)}\n`);
    server.clearBufferedCommand();
    server.displayPrompt();
  });
  if (options.historyFile !== undefined) await keepHistory(server, options.historyFile);
  await new Promise<void>((resolve) => {
    server.once('exit', resolve);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => server.close());
  });
  return 0; // the user has seen what failed
}

async function fromPipe(options: PromptOptions): Promise<number> {
  const input = new PassThrough();
  const server = start({
    prompt: '',
    input,
    output: process.stdout,
    terminal: false,
    useGlobal: true,
    useColors: false,
    ignoreUndefined: true,
    writer: makeWriter(options.names['Session'], false),
  });
  let failures = 0;
  let ready: () => void = () => undefined;
  let ended = false;
  let unfinished = false;
  server.once('exit', () => {
    ended = true;
    ready();
  });
  // The REPL asks for the prompt when a line is done. Only then is the next line given to it: it does not wait
  // by itself for an `await` in a line from a pipe.
  server.displayPrompt = () => {
    server.resume();
    ready();
  };
  const report = (error: unknown): void => {
    failures++;
    console.error(`Uncaught ${describeError(error, false)}`);
  };
  prepare(
    server,
    options,
    (error) => {
      report(error);
      server.clearBufferedCommand();
      server.displayPrompt();
    },
    (outcome) => (unfinished = outcome === 'unfinished'),
  );
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', report);
  const lines = createInterface({ input: process.stdin });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      failures++;
      ended = true;
      lines.close();
      ready();
    });
  }
  for await (const line of lines) {
    const done = new Promise<void>((resolve) => (ready = resolve));
    input.write(`${line}\n`);
    await done;
    if (ended) break;
  }
  if (unfinished) report(new SyntaxError('the input ends in the middle of a statement'));
  return failures;
}

/** Evaluates each line in the scope, and replaces completion and the printing of errors. */
function prepare(
  server: REPLServer,
  { scope, names, prepare: prepareMore }: PromptOptions,
  onError: (error: unknown) => void,
  onLine: (outcome: 'done' | 'unfinished') => void = () => undefined,
): void {
  Object.assign(server.context, names);
  server.on('reset', (context) => Object.assign(context, names));

  const evaluate = server.eval.bind(server);
  const inScope: REPLServer['eval'] = (code, context, file, done) => {
    onLine('done');
    enterScope(scope, () =>
      evaluate.call(server, code, context, file, (error, result) => {
        if (error instanceof Recoverable) onLine('unfinished');
        done(error, result);
      }),
    );
  };
  const complete = server.completer.bind(server);
  Object.assign(server, { eval: inScope, completer: completeSession(complete) });

  // Errors arrive through the REPL's domain instead of the callback; the domain has no public name.
  const { _domain: domain } = server as unknown as { _domain: EventEmitter };
  domain.removeAllListeners('error').on('error', (error: unknown) => {
    if (error instanceof Error) Reflect.deleteProperty(error, 'domain');
    onError(error);
  });
  prepareMore(server);
}

function keepHistory(server: REPLServer, file: string): Promise<void> {
  return new Promise((resolve) => {
    server.setupHistory(file, () => resolve()); // the REPL itself reports a file that it cannot read or write
  });
}
