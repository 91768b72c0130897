/**
 * Statements as they are sent, a line each, for a terminal: session, duration, rows, statement, values.
 * Ports SQLAlchemy's `echo`.
 *
 * @see https://docs.sqlalchemy.org/en/20/core/engines.html#configuring-logging
 */
import { inspect, styleText } from 'node:util';
import type { Engine } from '../engine/engine';
import type { EngineEvent, EngineEvents, QueryEvent } from '../engine/events';

/** Options of `consoleEcho`. */
export interface EchoOptions {
  /** Default false. */
  readonly colors?: boolean | undefined;
  /** Leave values out, which may be personal or secret. Default false. */
  readonly hideParameters?: boolean | undefined;
}

type Format = Parameters<typeof styleText>[0];
type Style = (format: Format, text: string) => string;

const WIDTH = { session: 4, duration: 9, rows: 9 };
/** What is longer is shown by its beginning and its end. */
const STATEMENT_LENGTH = 240;
const STATEMENT_END = 80;
const VALUE_LENGTH = 40;
const VALUES = 10;
/** A transaction waits this long for the writer lock or a connection before that is shown. */
const WAIT_MS = 10;
const SLOW_MS = 100;

/**
 * @example
 * const echo = new Echo(engine, console.log, { colors: true });
 * echo.switch(true);
 * // #1     0.4 ms     1 row  INSERT INTO users (name) VALUES (?)  ['admin']
 */
export class Echo {
  readonly #engine: Engine;
  readonly #print: (line: string) => void;
  readonly #options: EchoOptions;
  readonly #listeners: { readonly [K in keyof EngineEvents]?: (event: EngineEvents[K][0]) => void };
  /** A number for each session, in the order in which they were first seen. */
  readonly #numbers = new WeakMap<object, number>();
  #sessions = 0;
  #on = false;

  constructor(engine: Engine, print: (line: string) => void, options: EchoOptions = {}) {
    this.#engine = engine;
    this.#print = print;
    this.#options = options;
    this.#listeners = {
      begin: (event) =>
        this.#mark(
          event,
          'green',
          event.way === 'implicit' ? 'BEGIN (implicit)' : 'BEGIN',
          event.durationMs,
        ),
      savepoint: (event) => this.#mark(event, 'cyan', event.sql),
      query: (event) => this.#query(event),
      commit: (event) => this.#mark(event, 'green', 'COMMIT'),
      'implicit-commit': (event) => this.#mark(event, 'yellow', 'COMMIT (by the database itself)'),
      rollback: (event) => this.#mark(event, 'yellow', 'ROLLBACK'),
    };
  }

  get on(): boolean {
    return this.#on;
  }

  /** Begins or ends to print. */
  switch(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#engine[on ? 'on' : 'off'](event as 'query', listener as (event: QueryEvent) => void);
  }

  readonly #style: Style = (format, text) =>
    this.#options.colors === true && text.trim() !== ''
      ? styleText(format, text, { validateStream: false }) // `createEngine` has checked that the stream has colours
      : text;

  #mark(event: EngineEvent, color: Format, text: string, waitedMs = 0): void {
    const duration = waitedMs < WAIT_MS ? '' : describeDuration(waitedMs);
    this.#line(event, this.#style('dim', duration.padStart(WIDTH.duration)), '', color, text);
  }

  #query(event: QueryEvent): void {
    const { sql, params, durationMs, rowCount, error } = event;
    const duration = this.#style(
      durationMs < SLOW_MS ? 'dim' : 'yellow',
      describeDuration(durationMs).padStart(WIDTH.duration),
    );
    const failed = error !== undefined;
    const rows = failed ? 'failed' : describeRows(rowCount);
    const values = this.#options.hideParameters ? hidden(params) : describeValues(params);
    const text = fold(sql) + (values && `  ${this.#style('dim', values)}`);
    this.#line(event, duration, rows, failed ? 'red' : undefined, text);
  }

  #line(
    { session }: EngineEvent,
    duration: string,
    rows: string,
    color: Format | undefined,
    text: string,
  ): void {
    const who = session ? `#${this.#numberOf(session)}` : '';
    const count = rows.padStart(WIDTH.rows);
    const line = [
      this.#style('dim', who.padEnd(WIDTH.session)) + duration,
      color ? this.#style(color, count) : this.#style('dim', count),
      color && rows === '' ? this.#style(color, text) : text,
    ];
    this.#print(`${line[0]} ${line[1]}  ${line[2]}`);
  }

  #numberOf(session: object): number {
    let number = this.#numbers.get(session);
    if (number === undefined) this.#numbers.set(session, (number = ++this.#sessions));
    return number;
  }
}

/** What `echo: true` prints to: the console, in colours where that is a terminal which has them (`NO_COLOR` turns them off). */
export function consoleEcho(engine: Engine, options: EchoOptions): Echo {
  const colors = process.stdout.isTTY && process.stdout.hasColors();
  return new Echo(engine, (line) => console.log(line), { colors, ...options });
}

function describeDuration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function describeRows(count: number | undefined): string {
  if (count === undefined) return '';
  return count === 1 ? '1 row' : `${count} rows`;
}

/** On one line, and not longer than can be read at a glance. */
function fold(sql: string): string {
  const line = harmless(sql.replace(/\s+/g, ' ').trim());
  if (line.length <= STATEMENT_LENGTH) return line;
  return `${line.slice(0, STATEMENT_LENGTH - STATEMENT_END)} … ${line.slice(-STATEMENT_END)}`;
}

function describeValues(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const entries = Object.entries(params);
  if (entries.length === 0) return '';
  const isList = Array.isArray(params);
  const shown = entries
    .slice(0, VALUES)
    .map(([name, value]) => (isList ? describeValue(value) : `${name}: ${describeValue(value)}`));
  if (entries.length > VALUES) shown.push(`… ${entries.length - VALUES} more`);
  return isList ? `[${shown.join(', ')}]` : `{ ${shown.join(', ')} }`;
}

function describeValue(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (typeof value === 'string' && value.length > VALUE_LENGTH)
    return `${inspect(value.slice(0, VALUE_LENGTH))}… (${value.length} characters)`;
  const text = inspect(value, { breakLength: Infinity, depth: 1, maxArrayLength: VALUES });
  return harmless(
    typeof value === 'object' && text.length > VALUE_LENGTH
      ? `${text.slice(0, VALUE_LENGTH)}…`
      : text,
  );
}

function hidden(params: unknown): string {
  const count = typeof params === 'object' && params !== null ? Object.keys(params).length : 0;
  if (count === 0) return '';
  return count === 1 ? '[1 value hidden]' : `[${count} values hidden]`;
}

/** Removes what a terminal would take for a control sequence. */
function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (code) => {
    return `\\x${code.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
