/** What a request's events say: its figures, its statements in groups, and what deserves a look. */
import type { Engine } from '@quartet/db-core';
import { ReadCounts } from '@quartet/db-core/observe';
import type { Repetition, SessionEvent } from './drawing/events';
import type { KnownEngines } from './known-engines';
import type { RequestRecord } from './request-record';
import { costsRoundTrip, heldMs } from './drawing/round-trip';
import { waitOf } from './drawing/timeline';
import { groupAlike } from './parts/alike';

/** What a finding is about. */
export type FindingKind =
  | 'forgotten-commit'
  | 'n-plus-one'
  | 'duplicates'
  | 'holds-connection'
  | 'waited'
  | 'failed'
  | 'aborted';

/** Something in a request that deserves a look, in a sentence. */
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

export interface StatementGroup {
  readonly engine: Engine;
  readonly events: readonly SessionEvent[];
  readonly repeated: Repetition;
  readonly isNPlusOne: boolean;
  readonly totalMs: number;
}

/** A session on one engine: what is drawn on one axis. */
export interface Lane {
  readonly session: number;
  /** The id of the engine; undefined where the session was only opened. */
  readonly engine: string | undefined;
  readonly events: readonly SessionEvent[];
}

export interface Figures {
  readonly statements: number;
  readonly roundTrips: number;
  readonly rows: number;
  readonly databaseMs: number;
  readonly heldMs: number;
  readonly waitedMs: number;
}

export function figuresOf({ events, age }: RequestRecord, engines: KnownEngines): Figures {
  const queries = events.filter(({ kind }) => kind === 'query');
  return {
    statements: queries.length,
    roundTrips: events.filter(costsRoundTrip).length,
    rows: sum(queries.map(({ rowCount = 0 }) => rowCount)),
    databaseMs: sum(queries.map(({ durationMs = 0 }) => durationMs)),
    heldMs: heldMs(events, age),
    waitedMs: sum(events.map((event) => waitOf(event, viewOf(event.engine, engines)))),
  };
}

/** Whether BEGIN may wait for another writer there. */
export function viewOf(
  engine: string | undefined,
  engines: KnownEngines,
): { readonly singleWriter: boolean } {
  return { singleWriter: (engines.byId(engine) ?? engines.first).engine.dialect.singleWriter };
}

/** The request's sessions on each engine, in the order of their first events. */
export function lanesOf({ events }: RequestRecord): Lane[] {
  const keys = new Map<string, { session: number; engine: string | undefined }>();
  for (const { session = 1, engine } of events)
    if (engine !== undefined) keys.set(`${session} ${engine}`, { session, engine });
  const idle = new Set(events.map(({ session = 1 }) => session));
  for (const { session } of keys.values()) idle.delete(session);
  const lanes = [...keys.values(), ...[...idle].map((session) => ({ session, engine: undefined }))];
  return lanes.map((lane) => ({
    ...lane,
    // What belongs to no engine is part of each of the session's lanes.
    events: events.filter(
      ({ session = lane.session, engine = lane.engine }) =>
        session === lane.session && engine === lane.engine,
    ),
  }));
}

/** @param threshold reads of one shape from which on they are marked as N+1 */
export function groupsOf(
  record: RequestRecord,
  engines: KnownEngines,
  threshold: number,
): StatementGroup[] {
  const queries = record.events.filter(({ kind }) => kind === 'query');
  const engineOf = ({ engine }: SessionEvent) => (engines.byId(engine) ?? engines.first).engine;
  const repeated = new Set<SessionEvent>();
  for (const lane of lanesOf(record)) {
    const counts = new ReadCounts((engines.byId(lane.engine) ?? engines.first).engine.describe);
    for (const event of lane.events)
      if (event.kind === 'query' && counts.add(event.sql ?? '') >= threshold) repeated.add(event);
  }
  const alike = groupAlike(
    queries,
    (event) => `${event.engine} ${engineOf(event).describe(event.sql ?? '').shape}`,
  );
  return alike.map((group) => ({
    ...group,
    engine: engineOf(group.events[0] as SessionEvent),
    isNPlusOne: group.repeated === 'alike' && group.events.some((event) => repeated.has(event)),
  }));
}

export function findingsOf(
  record: RequestRecord,
  engines: KnownEngines,
  threshold: number,
): Finding[] {
  const { events, connections, isAborted, isOver } = record;
  const groups = groupsOf(record, engines, threshold);
  const { waitedMs, heldMs: held } = figuresOf(record, engines);
  const findings: Finding[] = [];
  const add = (kind: FindingKind, text: string): void => void findings.push({ kind, text });
  if (events.some(({ kind }) => kind === 'forgotten-commit'))
    add(
      'forgotten-commit',
      'What it wrote was not committed and is rolled back: await Session.commit() before answering.',
    );
  for (const { events: alike, isNPlusOne } of groups)
    if (isNPlusOne)
      add(
        'n-plus-one',
        `N+1: ${alike.length} reads that differ in their values alone. Read it for all of them at once, with include, a join or WHERE … IN.`,
      );
  const duplicates = groups.filter(({ repeated }) => repeated === 'identical');
  if (duplicates.length > 0) {
    const times = sum(duplicates.map(({ events: same }) => same.length - 1));
    add(
      'duplicates',
      `${times === 1 ? 'A statement was' : `${times} statements were`} sent again with the same values.`,
    );
  }
  if (connections > 0 && !isOver)
    add(
      'holds-connection',
      `It holds ${connections === 1 ? 'a connection' : `${connections} connections`}: ${Math.round(held).toLocaleString('en')} ms so far.`,
    );
  if (waitedMs > 0)
    add(
      'waited',
      `It waited ${Math.round(waitedMs).toLocaleString('en')} ms for a connection or the writer lock.`,
    );
  if (events.some(({ error }) => error !== undefined))
    add('failed', 'The database refused a statement, or a commit.');
  if (isAborted) add('aborted', 'The client left before the answer was complete.');
  return findings;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
