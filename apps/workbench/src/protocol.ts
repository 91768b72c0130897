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
  /** The page that explains the idea, and the workshop's step that practises it: paths in the repository. */
  readonly concept?: string;
  readonly workshop?: string;
  /** All four styles share one request; each pane shows its own part. */
  readonly together?: boolean;
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

/** `GET /api/diff/:scenario?left=&right=`: two styles' functions, line by line. */
export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'left' | 'right';
  readonly left?: { readonly line: number; readonly tokens: CodeLine };
  readonly right?: { readonly line: number; readonly tokens: CodeLine };
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
  /** Whether EXPLAIN works for it. */
  readonly explainable: boolean;
  readonly totalMs: number;
}

export interface Metrics {
  readonly statements: number;
  /** Statements, BEGIN where it is sent by itself, SAVEPOINT, COMMIT and the like. */
  readonly roundTrips: number;
  readonly rows: number;
  /** From the first request to the last answer. */
  readonly timeMs: number;
  /** How long connections were out of the pool, added up. */
  readonly heldMs: number;
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
  | {
      readonly type: 'end';
      readonly state: 'done' | 'cancelled' | 'failed';
      readonly error?: string;
    };
