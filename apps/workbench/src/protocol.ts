/**
 * The types of what the workbench's server sends to its page, imported by both. A run is a list of messages; the
 * page computes its state from them, live or after a reload.
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

/** A piece of code and its kind (`keyword`, `string`, …); without a kind it is plain. */
export type Token = readonly [text: string, kind?: string];
export type CodeLine = readonly Token[];

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

export interface PoolFigures {
  readonly inUse: number;
  readonly max: number;
  readonly waiting: number;
}

export type SessionEventKind =
  | 'session-opened'
  | 'checkout'
  | 'begin'
  | 'savepoint'
  | 'query'
  | 'commit'
  | 'implicit-commit'
  | 'rollback'
  | 'checkin'
  | 'forgotten-commit'
  | 'session-removed';

/** One event of a session. Times are in milliseconds since the style began. */
export interface SessionEvent {
  /** Unique in the run; the page asks for EXPLAIN by it. */
  readonly id: number;
  readonly kind: SessionEventKind;
  /** When it ended. */
  readonly at: number;
  /** How long a statement took, or a connection or the writer lock was waited for. */
  readonly durationMs?: number;
  /** How a `begin` was sent: by itself, in one packet with the first statement, or implied by that statement. */
  readonly way?: 'sent' | 'joined' | 'implicit';
  readonly sql?: string;
  readonly params?: readonly string[];
  readonly rowCount?: number;
  readonly error?: string;
  readonly connection?: number;
  readonly place?: { readonly file: string; readonly line: number; readonly name?: string };
  readonly pool?: PoolFigures;
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

export interface Statement {
  readonly id: number;
  readonly params: readonly string[];
  readonly durationMs: number;
  readonly rowCount?: number;
  readonly error?: string;
  readonly place?: SessionEvent['place'];
}

/** Statements of one shape. */
export interface StatementGroup {
  /** The request that sent them. */
  readonly requestId: number;
  readonly lines: readonly CodeLine[];
  readonly statements: readonly Statement[];
  /** `identical`: the same text and parameters again; `alike`: the same but for its values. */
  readonly repeated: 'once' | 'alike' | 'identical';
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

/** `POST /api/runs/:id/explain/:statement` */
export interface Plan {
  readonly statement: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
