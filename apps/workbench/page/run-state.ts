/** The state of a run, computed from its messages: the same live and after a reload. */
import type {
  Answer,
  EngineInfo,
  Inputs,
  SessionEvent,
  Message,
  Metrics,
  Outcome,
  PoolFigures,
  StatementGroup,
  StyleId,
  Times,
} from '../src/protocol';

export interface RequestState {
  readonly id: number;
  readonly label: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly at: number;
  readonly events: SessionEvent[];
  answer?: Answer;
}

export interface StyleState {
  readonly requests: RequestState[];
  /** As of the last event. */
  pool: PoolFigures;
  /** The most connections that were in use at once. */
  peak: number;
  outcome?: Outcome;
  groups?: readonly StatementGroup[];
  metrics?: Metrics;
}

export interface RunState {
  id: string;
  scenario: string;
  inputs: Inputs;
  engine?: EngineInfo;
  startedAt: string;
  styles: Partial<Record<StyleId, StyleState>>;
  progress?: { readonly fraction: number; readonly text: string };
  conclusion?: string;
  times?: {
    readonly runs: number;
    readonly styles: Readonly<Record<StyleId, Times>>;
    readonly text: string;
  };
  end?: { readonly state: 'done' | 'cancelled' | 'failed'; readonly error?: string };
}

export function emptyRun(id: string): RunState {
  return { id, scenario: '', inputs: {}, startedAt: '', styles: {} };
}

/** Adds one message to the state, in place. */
export function add(run: RunState, message: Message): void {
  switch (message.type) {
    case 'run':
      Object.assign(run, message);
      return;
    case 'style':
      run.styles[message.style] = { requests: [], pool: message.pool, peak: message.pool.inUse };
      return;
    case 'progress':
      run.progress = message;
      return;
    case 'conclusion':
      run.conclusion = message.text;
      return;
    case 'times':
      run.times = message;
      return;
    case 'end':
      run.end = message;
      return;
    default:
      addToStyle(run.styles[message.style], message);
  }
}

function addToStyle(style: StyleState | undefined, message: Message): void {
  if (!style) return;
  if (message.type === 'result') Object.assign(style, message);
  if (message.type === 'request') {
    const { requestId: id, type: _type, style: _style, ...rest } = message;
    style.requests.push({ id, events: [], ...rest });
  }
  if (message.type === 'event' || message.type === 'answer') {
    const request = style.requests.find(({ id }) => id === message.requestId);
    if (!request) return;
    if (message.type === 'answer') request.answer = message.answer;
    else {
      request.events.push(message.event);
      style.pool = message.event.pool ?? style.pool;
      style.peak = Math.max(style.peak, style.pool.inUse);
    }
  }
}

/** The time of a style's last event, in milliseconds since the style began. */
export function endOf({ requests }: StyleState): number {
  return Math.max(
    0,
    ...requests.flatMap(({ at, events, answer }) => [at, answer?.at ?? 0, events.at(-1)?.at ?? 0]),
  );
}

/** The time of the first recorded request; the preparation before it is not shown. */
export function startOf({ requests }: StyleState): number {
  return requests[0]?.at ?? 0;
}
