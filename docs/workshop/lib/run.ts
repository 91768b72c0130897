/**
 * `run.ts FOLDER…`: runs the checks of exercises, each given by the folder of its problem or its solution, and prints a line of
 * JSON for each check and one at the end of each folder.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Check } from './check';

export type Line =
  | {
      readonly folder: string;
      readonly title: string;
      readonly given: boolean;
      readonly failure?: string;
    }
  | { readonly folder: string; readonly over: true; readonly broken?: string };

const LIMIT_MS = 3000;

const say = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await runFolder(folder);
  process.exit(0); // whatever an exercise has left open
}

async function runFolder(folder: string): Promise<void> {
  let exercise: unknown;
  try {
    exercise = require(resolve(folder, 'src/exercise'));
  } catch (error) {
    return say({ folder, over: true, broken: placed(error, folder) });
  }
  const { checks } = require(resolve(dirname(resolve(folder)), 'checks')) as {
    readonly checks: readonly Check<unknown>[];
  };
  for (const { title, given = false, run } of checks) {
    const failure = await inTime(run(exercise)).catch(
      (error: unknown) => `It fails with ${placed(error, folder)}`,
    );
    say({ folder, title, given, ...(failure !== undefined && { failure }) });
  }
  say({ folder, over: true });
}

async function inTime(checked: Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(
      () =>
        done(
          `It is not over after ${LIMIT_MS / 1000} seconds: something waits for what never comes.`,
        ),
      LIMIT_MS,
    );
  });
  const result = await Promise.race([checked, late]);
  clearTimeout(timer);
  return result;
}

/** The error in one line, with the learner's own line where the stack has one. */
function placed(error: unknown, folder: string): string {
  const { name = 'an error', message = String(error), stack = '' } = error as Partial<Error>;
  const files = readdirSync(resolve(folder, 'src'));
  const line = stack
    .split('\n')
    .find((each) => files.some((file) => each.includes(`/src/${file}:`)));
  const place = /src\/[^:]+:\d+/.exec(line ?? '')?.[0];
  const [first = ''] = message.split('\n');
  return `${name}: ${first}${place ? ` (${basename(folder)}/${place})` : ''}`;
}

void main(process.argv.slice(2));
