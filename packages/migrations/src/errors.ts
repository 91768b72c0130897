/** The errors of the migrator, worded for the user of the command. */
import type { Sql } from './migration';

/** The root of this package's errors. The message is complete without a stack. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another migrator held the lock for longer than the limit. */
export class MigrationLockedError extends MigrationError {}

export interface Stop {
  readonly migration: string;
  readonly direction: 'up' | 'down';
  readonly statements: readonly Sql[];
  /** The index of the first statement that did not run, from 0. */
  readonly at: number;
  /** Whether what ran is kept, since the database cannot undo it. */
  readonly isKept: boolean;
  readonly cause: unknown;
}

/** A statement was refused. The message lists the statements that ran, those that did not, and how to continue. */
export class MigrationStoppedError extends MigrationError {
  readonly stop: Stop;

  constructor(stop: Stop) {
    super(report(stop), { cause: stop.cause });
    this.stop = stop;
  }
}

function report({ migration, direction, statements, at, isKept, cause }: Stop): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const lines = statements.map(({ sql }, i) => {
    const state = i === at ? 'FAILED' : i > at ? 'not run' : isKept ? 'ran' : 'undone';
    return `  ${state.padEnd(7)}  ${String(i + 1).padStart(2)}  ${oneLine(sql)}`;
  });
  return [
    `${migration} (${direction}) stopped at statement ${at + 1} of ${statements.length}: ${reason}`,
    ...lines,
    ...(isKept ? howToGoOn(direction, at) : [NOTHING_KEPT]),
  ].join('\n');
}

const NOTHING_KEPT =
  'Nothing of this migration was kept; those before it are. Remove the cause and run the command again.';

function howToGoOn(direction: 'up' | 'down', at: number): string[] {
  const ran = at === 0 ? 'Nothing of it had run.' : `What ran (1 to ${at}) is kept.`;
  const why = `MariaDB commits each statement that changes a table by itself. ${ran}`;
  if (direction === 'down')
    return [
      why,
      'To go on: remove the cause, then "npm run db:rollback" continues with the step that failed.',
    ];
  return [
    why,
    `To go on: remove the cause, then "npm run db:migrate" continues with statement ${at + 1}.`,
    ...(at === 0 ? [] : ['To go back: "npm run db:rollback" undoes what ran.']),
    'If you have done what the statement should do by hand: "npm run db:migrate -- --skip-statement".',
  ];
}

function oneLine(sql: string): string {
  const text = sql.replace(/\s+/g, ' ').trim();
  return text.length > 110 ? `${text.slice(0, 107)}...` : text;
}
