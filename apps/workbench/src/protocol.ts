/**
 * The types of what the workbench's server sends to its page, imported by both. A run is a list of messages; the
 * page computes its state from them, live or after a reload.
 */

import type {
  CodeLine,
  PoolFigures,
  Repetition,
  SessionEvent as RecordedEvent,
  Statement,
} from '@quartet/debug-panel/drawing';

export type {
  CodeLine,
  Plan,
  PoolFigures,
  Statement,
  Token,
} from '@quartet/debug-panel/drawing';

export const STYLE_IDS = ['extension', 'declarative', 'classical', 'sql-builder'] as const;
export type StyleId = (typeof STYLE_IDS)[number];

export interface StyleInfo {
  readonly id: StyleId;
  readonly library: string;
}

/** A field of a scenario's form. */
export interface InputSpec {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'number' | 'choice';
  readonly value: string | number;
  readonly min?: number;
  readonly max?: number;
  readonly maxLength?: number;
  readonly choices?: readonly string[];
}

export type Inputs = Readonly<Record<string, string | number>>;

export const GROUPS = ['One request', 'Relations', 'Transactions', 'When things go wrong'] as const;
export type Group = (typeof GROUPS)[number];

export interface ScenarioInfo {
  readonly id: string;
  readonly title: string;
  readonly group: Group;
  /** One sentence: what to look for. */
  readonly look: string;
  readonly inputs: readonly InputSpec[];
  /** The page that explains the idea: a path in the repository. */
  readonly concept?: string;
  /** The number of the workshop's exercise that practises it. */
  readonly workshop?: string;
  /** All four styles share one request; each pane shows its own part. */
  readonly together?: boolean;
  /** It waits on purpose, or makes a style fail: how long it takes says nothing about the style. */
  readonly paced?: boolean;
}

/** `name` is db-core's `DialectName`: the page is compiled without db-core. */
export interface EngineInfo {
  readonly name: 'sqlite' | 'postgresql' | 'mysql';
  readonly version: string;
  readonly poolSize: number;
}

/** `GET /api/engines`: the engines that an address may name. The first is that of `DATABASE_URL`. */
export interface EngineChoice {
  /** `sqlite`, `postgresql`, `mysql`; `sqlite-2` for the second of its kind. */
  readonly id: string;
  readonly name: EngineInfo['name'];
  /** Absent until it has answered for the first time. */
  readonly version?: string;
  /** The name of the database, where several engines are of one kind. */
  readonly database?: string;
  /** The prefix of its `/api`: empty, or `/on/postgresql`. */
  readonly at: string;
  /** Why its process does not run; the next request starts it again. */
  readonly trouble?: string;
}

/** `GET /api/bench` */
export interface Bench {
  readonly engine: EngineInfo;
  readonly styles: readonly StyleInfo[];
  readonly scenarios: readonly ScenarioInfo[];
}

/** Part of a file. */
export interface Excerpt {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** The number of its first line. */
  readonly line: number;
  readonly lines: readonly CodeLine[];
}

/** `GET /api/sources/:scenario` */
export interface StyleSource {
  readonly functions: readonly Excerpt[];
  readonly models: readonly Excerpt[];
}
export type Sources = Readonly<Record<StyleId, StyleSource>>;

/** `GET /api/pages?path=`: a page of the docs, rendered. */
export interface DocPage {
  readonly title: string;
  readonly html: string;
}

/** `GET /api/workshop` is a list of these. */
export interface ExerciseInfo {
  /** `03` */
  readonly number: string;
  readonly title: string;
  /** `done` when the checks have passed for the files as they are. */
  readonly state: 'done' | 'begun' | 'open';
}

/** `GET /api/workshop/:number` */
export interface Exercise extends ExerciseInfo {
  /** How many exercises there are. */
  readonly of: number;
  /** Its page, rendered. */
  readonly task: string;
  readonly previous?: ExerciseInfo;
  readonly next?: ExerciseInfo;
}

/** What the checks say of the learner's files. */
export interface CheckResult {
  /** What TypeScript finds; then no check has run. */
  readonly mistakes: readonly {
    /** From the exercise's folder. */
    readonly file: string;
    readonly line: number;
    readonly message: string;
  }[];
  /** Why the files cannot be loaded. */
  readonly broken?: string;
  readonly checks: readonly { readonly title: string; readonly failure?: string }[];
  readonly isDone: boolean;
}

/** An event of `GET /api/workshop/:number/events`: all that is known now. */
export interface LiveExercise {
  /** The learner's, named from the exercise's folder. */
  readonly files: readonly Excerpt[];
  /** The checks run for these files; `result` is the one before. */
  readonly isChecking: boolean;
  readonly result?: CheckResult;
  /** Why nothing is checked any more; the browser asks again by itself. */
  readonly trouble?: string;
}

/** Times are in milliseconds since the style began. */
export interface SessionEvent extends RecordedEvent {
  /** The style whose code sent it, where several share a request. */
  readonly by?: StyleId;
}

export interface Answer {
  readonly at: number;
  /** Absent where the client closed the connection before the answer. */
  readonly status?: number;
  readonly reason?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: readonly CodeLine[];
  /** Says how much of the body is not shown. */
  readonly omitted?: string;
  readonly bytes: number;
  readonly firstByteAt?: number;
  readonly chunks?: number;
}

/** Statements of one shape. */
export interface StatementGroup {
  /** The request that sent them. */
  readonly requestId: number;
  readonly lines: readonly CodeLine[];
  readonly statements: readonly Statement[];
  readonly repeated: Repetition;
  /** Whether the library sends them for itself, as to read the schema. */
  readonly forItself: boolean;
  /** Whether EXPLAIN works for it. */
  readonly explainable: boolean;
  readonly totalMs: number;
}

export interface Metrics {
  /** Those that the style's code asks for. */
  readonly statements: number;
  /** Those that the library sends for itself besides. */
  readonly ownStatements: number;
  /** All statements, BEGIN where it is sent by itself, SAVEPOINT, COMMIT and the like. */
  readonly roundTrips: number;
  /** Without those of the library's own statements. */
  readonly rows: number;
  /** How long connections were out of the pool, added up. */
  readonly heldMs: number;
}

/** How long the requests of a style took in several runs: the median, and between what the middle half of the runs lies. */
export interface Times {
  readonly medianMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

export interface Outcome {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

export type Message =
  | {
      readonly type: 'run';
      readonly id: string;
      readonly scenario: string;
      readonly inputs: Inputs;
      readonly engine: EngineInfo;
      readonly startedAt: string;
    }
  | { readonly type: 'style'; readonly style: StyleId; readonly pool: PoolFigures }
  | {
      readonly type: 'request';
      readonly style: StyleId;
      readonly requestId: number;
      readonly label: string;
      readonly method: string;
      readonly path: string;
      readonly body?: string;
      readonly at: number;
    }
  | {
      readonly type: 'event';
      readonly style: StyleId;
      readonly requestId: number;
      readonly event: SessionEvent;
    }
  | {
      readonly type: 'answer';
      readonly style: StyleId;
      readonly requestId: number;
      readonly answer: Answer;
    }
  | { readonly type: 'progress'; readonly fraction: number; readonly text: string }
  | {
      readonly type: 'result';
      readonly style: StyleId;
      readonly outcome: Outcome;
      readonly groups: readonly StatementGroup[];
      readonly metrics: Metrics;
    }
  /** One sentence: what to conclude from what was measured for all four. */
  | { readonly type: 'conclusion'; readonly text: string }
  | {
      readonly type: 'times';
      readonly runs: number;
      readonly styles: Readonly<Record<StyleId, Times>>;
      /** One sentence: whether a style is faster. */
      readonly text: string;
    }
  | {
      readonly type: 'end';
      readonly state: 'done' | 'cancelled' | 'failed';
      readonly error?: string;
    };
