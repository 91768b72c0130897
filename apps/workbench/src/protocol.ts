/**
 * What the server of the workbench tells its page: types alone, imported by both. A run is a list of
 * messages; the page's state is what they add up to, live or after a reload.
 */

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
  /** All four styles share one request: each pane shows its part of it. */
  readonly together?: boolean;
}

export interface EngineInfo {
  readonly name: 'sqlite' | 'postgresql' | 'mysql';
  readonly version: string;
  readonly poolSize: number;
}

/** `GET /api/engines`: what the `engine` of an address may name. The first is the one of `DATABASE_URL`. */
export interface EngineChoice {
  /** `sqlite`, `postgresql`, `mysql`; `sqlite-2` for the second of its kind. */
  readonly id: string;
  readonly name: EngineInfo['name'];
  /** Absent until it has first answered. */
  readonly version?: string;
  /** Tells several of one kind apart. */
  readonly database?: string;
  /** What comes before `/api` where it is asked: nothing, or `/on/postgresql`. */
  readonly at: string;
  /** Why its process is not there; the next request starts it again. */
  readonly trouble?: string;
}

/** `GET /api/bench` */
export interface Bench {
  readonly engine: EngineInfo;
  readonly styles: readonly StyleInfo[];
  readonly scenarios: readonly ScenarioInfo[];
}

/** A piece of code and what it is (`keyword`, `string`, …); plain where nothing is said. */
export type Token = readonly [text: string, kind?: string];
export type CodeLine = readonly Token[];

/** Part of a file, as it stands there. */
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

export interface PoolFigures {
  readonly inUse: number;
  readonly max: number;
  readonly waiting: number;
}

export type LifeKind =
  | 'session-opened'
  | 'checkout'
  | 'begin'
  | 'savepoint'
  | 'query'
  | 'commit'
  | 'implicit-commit'
  | 'rollback'
  | 'checkin'
  | 'session-removed';

/** One event of a session's life. Times are milliseconds since the style began. */
export interface LifeEvent {
  /** Unique in the run; EXPLAIN is asked for by it. */
  readonly id: number;
  readonly kind: LifeKind;
  /** When it ended. */
  readonly at: number;
  /** How long a statement took, or a connection or the writer lock was waited for. */
  readonly durationMs?: number;
  /** Of a `begin`: sent by itself, in one packet with the first statement, or left to that statement. */
  readonly way?: 'sent' | 'joined' | 'implicit';
  readonly sql?: string;
  readonly params?: readonly string[];
  readonly rowCount?: number;
  readonly error?: string;
  readonly connection?: number;
  readonly place?: { readonly file: string; readonly line: number; readonly name?: string };
  readonly pool?: PoolFigures;
  /** Whose code sent it, where several styles share a request. */
  readonly by?: StyleId;
}

export interface Answer {
  readonly at: number;
  /** Absent where the client went away before it came. */
  readonly status?: number;
  readonly reason?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: readonly CodeLine[];
  /** How much of the body is not shown. */
  readonly omitted?: string;
  readonly bytes: number;
  readonly firstByteAt?: number;
  readonly chunks?: number;
}

export interface Statement {
  readonly id: number;
  readonly params: readonly string[];
  readonly durationMs: number;
  readonly rowCount?: number;
  readonly error?: string;
  readonly place?: LifeEvent['place'];
}

/** Statements of one shape. */
export interface StatementGroup {
  /** The request that sent them. */
  readonly exchange: number;
  readonly lines: readonly CodeLine[];
  readonly statements: readonly Statement[];
  /** `identical`: the same text and parameters again; `alike`: the same but for its values. */
  readonly repeated: 'once' | 'alike' | 'identical';
  /** Whether the database can tell a plan for it. */
  readonly explainable: boolean;
  readonly totalMs: number;
}

export interface Metrics {
  readonly statements: number;
  /** Statements, and BEGIN (where it is sent by itself), SAVEPOINT, COMMIT and the like. */
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
      readonly type: 'exchange';
      readonly style: StyleId;
      readonly exchange: number;
      readonly label: string;
      readonly method: string;
      readonly path: string;
      readonly body?: string;
      readonly at: number;
    }
  | {
      readonly type: 'event';
      readonly style: StyleId;
      readonly exchange: number;
      readonly event: LifeEvent;
    }
  | {
      readonly type: 'answer';
      readonly style: StyleId;
      readonly exchange: number;
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

/** `POST /api/runs/:id/explain/:statement` */
export interface Plan {
  readonly statement: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
