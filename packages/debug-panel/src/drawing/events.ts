/** What happened in a session, as plain data: what recorders note, in the form that pages draw. */

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

/** How full the pool was. */
export interface PoolFigures {
  readonly inUse: number;
  readonly max: number;
  readonly waiting: number;
}

/** A line of the user's code. */
export interface Place {
  /** From the root that was given; absolute where it is outside of that. */
  readonly file: string;
  readonly line: number;
  readonly name?: string;
}

/** One event of a session. Times are in milliseconds, since the request or what belongs together began. */
export interface SessionEvent {
  /** Unique; the page asks for EXPLAIN by it. */
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
  /** Where values are hidden: statements of one number have the same. */
  readonly values?: number;
  readonly rowCount?: number;
  readonly error?: string;
  readonly connection?: number;
  readonly place?: Place;
  readonly pool?: PoolFigures;
  /** Whose code sent it, where several share a request. */
  readonly by?: string;
  /** Which session, counted from 1, and which engine, where a request has several. */
  readonly session?: number;
  readonly engine?: string;
}

/** A statement as a list shows it. */
export interface Statement {
  readonly id: number;
  readonly params: readonly string[];
  readonly durationMs: number;
  readonly rowCount?: number;
  readonly error?: string;
  readonly place?: Place;
}

/** `identical`: the same text and parameters again; `alike`: the same but for its values. */
export type Repetition = 'once' | 'alike' | 'identical';

/** The answer of EXPLAIN. */
export interface Plan {
  readonly statement: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A piece of code and its kind (`keyword`, `string`, …); without a kind it is plain. */
export type Token = readonly [text: string, kind?: string];
/** A line of code, in the pieces that are coloured. */
export type CodeLine = readonly Token[];
