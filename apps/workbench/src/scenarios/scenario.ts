/** A scenario: a small file that says what to look for, and does it, in one style at a time. */
import type { Lesson } from '../conclusion';
import type { Outcome, ScenarioInfo } from '../protocol';
import type { ScenarioContext } from '../scenario-context';

export interface Scenario extends ScenarioInfo, Lesson {
  /** The functions to show, by name: of the app's `queries.ts`, or of the workbench's variants. */
  readonly functions: readonly string[];
  readonly models: readonly ('User' | 'Message' | 'Tag')[];
  /** Runs it, and reports the outcome by looking into the database. */
  readonly run: (context: ScenarioContext) => Promise<Outcome>;
}

export function good(text: string): Outcome {
  return { tone: 'good', text };
}

export function bad(text: string): Outcome {
  return { tone: 'bad', text };
}
