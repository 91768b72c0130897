/** What a run's messages add up to; the same live and after a reload. */
import type {
  Answer,
  EngineInfo,
  Inputs,
  LifeEvent,
  Message,
  Metrics,
  Outcome,
  PoolFigures,
  StatementGroup,
  StyleId,
} from '../src/protocol';

export interface ExchangeState {
  readonly id: number;
  readonly label: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly at: number;
  readonly events: LifeEvent[];
  answer?: Answer;
}

export interface StyleState {
  readonly exchanges: ExchangeState[];
  /** As the last event had it. */
  pool: PoolFigures;
  /** The most connections that were out at once. */
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
      run.styles[message.style] = { exchanges: [], pool: message.pool, peak: message.pool.inUse };
      return;
    case 'progress':
      run.progress = message;
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
  if (message.type === 'exchange') {
    const { exchange: id, type: _type, style: _style, ...rest } = message;
    style.exchanges.push({ id, events: [], ...rest });
  }
  if (message.type === 'event' || message.type === 'answer') {
    const exchange = style.exchanges.find(({ id }) => id === message.exchange);
    if (!exchange) return;
    if (message.type === 'answer') exchange.answer = message.answer;
    else {
      exchange.events.push(message.event);
      style.pool = message.event.pool ?? style.pool;
      style.peak = Math.max(style.peak, style.pool.inUse);
    }
  }
}

/** When the last thing of a style happened, in its own milliseconds. */
export function endOf({ exchanges }: StyleState): number {
  return Math.max(
    0,
    ...exchanges.flatMap(({ at, events, answer }) => [at, answer?.at ?? 0, events.at(-1)?.at ?? 0]),
  );
}

/** The first recorded request: what was prepared before it is not shown. */
export function startOf({ exchanges }: StyleState): number {
  return exchanges[0]?.at ?? 0;
}
