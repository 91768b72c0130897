/** The same as data, for other tools than the page. */
import type { SessionEvent } from './drawing/events';
import type { Figures, Finding } from './findings';
import type { RequestRecord } from './request-record';
import type { Shown } from './page/shown';
import { figuresOf, findingsOf, groupsOf } from './findings';
import { poolFigures } from './parts/session-event';

/** One request in the list: what was asked, what was answered, and its figures. */
export interface RequestSummary extends Figures {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  /** Null until it is answered, and where the client left before. */
  readonly status: number | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly isOver: boolean;
  readonly isAborted: boolean;
  /** How many connections it has at the moment. */
  readonly connections: number;
  readonly findings: readonly Finding[];
}

/** One request with all that was recorded of it. */
export interface RequestDetails extends RequestSummary {
  readonly events: readonly SessionEvent[];
  /** Events that were too many to be kept. */
  readonly omitted: number;
  /** Statements of one shape, by the numbers of their events. */
  readonly groups: readonly {
    readonly events: readonly number[];
    readonly repeated: string;
    readonly isNPlusOne: boolean;
  }[];
}

/** The last request first. */
export function listJson(shown: Shown): object {
  return {
    engines: shown.engines.all.map(({ id, name, engine }) => ({
      id,
      name,
      pool: poolFigures(engine),
    })),
    requests: [...shown.log.records].reverse().map((record) => summaryJson(record, shown)),
  };
}

export function detailsJson(record: RequestRecord, shown: Shown): RequestDetails {
  const groups = groupsOf(record, shown.engines, shown.options.nPlusOneThreshold);
  return {
    ...summaryJson(record, shown),
    events: record.events,
    omitted: record.omitted,
    groups: groups.map(({ events, repeated, isNPlusOne }) => ({
      events: events.map(({ id }) => id),
      repeated,
      isNPlusOne,
    })),
  };
}

function summaryJson(record: RequestRecord, { engines, options }: Shown): RequestSummary {
  const { id, method, url, status, startedAt, spanMs, isOver, isAborted, connections } = record;
  return {
    id,
    method,
    url,
    status: status ?? null,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: spanMs,
    isOver,
    isAborted,
    connections,
    ...figuresOf(record, engines),
    findings: findingsOf(record, engines, options.nPlusOneThreshold),
  };
}
