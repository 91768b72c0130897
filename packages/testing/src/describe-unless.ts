/** Describe blocks about what a machine, or a run, may not have. */
import { testEngines, type EngineName } from './engines';

/** A program that not every machine has. */
export interface Program {
  readonly name: string;
  /** @throws Error that says how to install it. */
  find(): unknown;
  /** Under CI it must be there, unless this variable is `off`. */
  readonly variable: string;
}

/**
 * A describe block. Where something is lacking it has one skipped line in its place, which says what: Jest takes a file that
 * registers nothing for a mistake.
 */
export function describeUnless(lacks: string | undefined, title: string, suite: () => void): void {
  describe(title, () => {
    if (lacks === undefined) suite();
    else test.skip(`needs ${lacks}`, () => undefined);
  });
}

/** What is lacking of an engine, and of a program beside it; undefined where all is there. @throws Error under CI for a program. */
export function whatIsMissing(engine: EngineName, program?: Program): string | undefined {
  if (testEngines().every(({ name }) => name !== engine))
    return `${engine}, which is not among the engines of this run`;
  try {
    program?.find();
    return undefined;
  } catch (error) {
    if (process.env['CI'] && program && process.env[program.variable] !== 'off') throw error;
    return `${program?.name}: ${(error as Error).message}`;
  }
}
