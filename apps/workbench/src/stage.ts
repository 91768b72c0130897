/**
 * What a scenario has to play with in one style: recorded requests, unrecorded ones to prepare and to look
 * after, names of its own. Every row it makes bears the stage's prefix, and `clear` deletes those.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, RecordedEvent } from '@quartet/db-core';
import { Recorder } from '@quartet/db-core';
import type { Reply } from './client';
import { send } from './client';
import { highlight } from './code';
import type { Exchanges } from './exchanges';
import { lifeEvent, poolFigures } from './life';
import type { Answer, Inputs, LifeEvent, StyleId } from './protocol';
import type { Run } from './run';

const SHOWN_LINES = 40;
/** A session that is not removed by then will not be. */
const TEARDOWN_MS = 5_000;

export interface Setting {
  readonly run: Run;
  readonly style: StyleId;
  readonly inputs: Inputs;
  readonly engine: Engine;
  readonly exchanges: Exchanges;
  /** Where the workbench listens. */
  readonly port: number;
  /** Where its parts are mounted. */
  readonly base: string;
  readonly progress: (fraction: number, text: string) => void;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Hang up when this many statements were sent. */
  readonly leaveAfter?: number;
}

export class Stage {
  readonly #setting: Setting;
  readonly #startedAt = performance.now();
  readonly #prefix = `wb-${Date.now().toString(36)}${randomBytes(3).toString('hex')}-`;
  readonly events: LifeEvent[] = [];
  readonly #awaited: { readonly kind: LifeEvent['kind']; readonly resolve: () => void }[] = [];
  #exchanges = 0;
  #first: number | undefined;
  #last = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    setting.run.publish({
      type: 'style',
      style: setting.style,
      pool: poolFigures(setting.engine),
    });
  }

  get style(): StyleId {
    return this.#setting.style;
  }

  get engine(): Engine {
    return this.#setting.engine;
  }

  /** From the first recorded request to the last answer. */
  get spanMs(): number {
    return this.#last - (this.#first ?? 0);
  }

  /** How many statements were recorded so far. */
  get statements(): number {
    return this.events.filter(({ kind }) => kind === 'query').length;
  }

  /** Resolves when an event of this kind is recorded. */
  async next(kind: LifeEvent['kind']): Promise<void> {
    await new Promise<void>((resolve) => this.#awaited.push({ kind, resolve }));
  }

  text(input: string): string {
    return String(this.#setting.inputs[input]);
  }

  number(input: string): number {
    return Number(this.#setting.inputs[input]);
  }

  /** A name that nobody else's rows bear. */
  own(name: string): string {
    return `${this.#prefix}${name}`.slice(0, 50);
  }

  ownUser(name: string): { name: string; email: string } {
    return { name: this.own(name), email: `${this.own(name)}@example.org` };
  }

  progress(fraction: number, text: string): void {
    this.#setting.progress(fraction, text);
  }

  /** Asks the style's app, unrecorded: to prepare, and to see what became of it. */
  async ask(method: string, path: string, body?: unknown): Promise<Reply> {
    const { port, base, run } = this.#setting;
    return await send({ port, method, path: `${base}${path}`, body, signal: run.signal });
  }

  /**
   * Asks the style's app and records what its session does until it is removed.
   *
   * @returns undefined where the client went away before the answer
   */
  async request(
    label: string,
    method: string,
    path: string,
    { body, leaveAfter = Infinity }: RequestOptions = {},
  ): Promise<Reply | undefined> {
    const { run, style, port, base, exchanges } = this.#setting;
    const exchange = ++this.#exchanges;
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, run.signal]);
    const watched = this.#watch(exchange, () => leave.abort(), leaveAfter);
    const { header, forget } = exchanges.open(watched.recorder);
    const at = this.#now();
    this.#first ??= at;
    run.publish({
      type: 'exchange',
      style,
      exchange,
      label,
      method,
      path,
      at,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    try {
      const call = { port, method, path: `${base}${path}`, body, signal, headers: header };
      const reply = await send(call).catch((error: unknown) => {
        if (leave.signal.aborted) return undefined;
        throw error;
      });
      this.#last = Math.max(this.#last, this.#now());
      this.#answer(exchange, reply);
      await watched.removed();
      return reply;
    } finally {
      forget();
    }
  }

  /** Deletes the rows of this stage: messages go with their users. */
  async clear(): Promise<void> {
    const own = `${this.#prefix}%`;
    for (const table of ['users', 'tags'])
      await this.engine.execute(`delete from ${table} where name like ?`, [own]);
  }

  #now(): number {
    return performance.now() - this.#startedAt;
  }

  /** A recorder that publishes, and knows when the last session was removed. */
  #watch(
    exchange: number,
    leave: () => void,
    leaveAfter: number,
  ): { recorder: Recorder; removed: () => Promise<void> } {
    const { run, style, engine } = this.#setting;
    const offsetMs = this.#now();
    let [open, statements] = [0, 0];
    let whenRemoved: (() => void) | undefined;
    const recorder = new Recorder((recorded: RecordedEvent) => {
      const event = lifeEvent(recorded, { id: run.nextEvent(), offsetMs, engine });
      if (event.kind === 'query') run.keepStatement(event, event.sql ?? '', recorded.params);
      this.events.push(event);
      run.publish({ type: 'event', style, exchange, event });
      for (const { kind, resolve } of this.#awaited) if (kind === event.kind) resolve();
      if (event.kind === 'session-opened') open += 1;
      if (event.kind === 'session-removed' && --open === 0) whenRemoved?.();
      if (event.kind === 'query' && ++statements === leaveAfter) leave();
    });
    return {
      recorder,
      removed: async () => {
        if (open === 0) return;
        const removed = new Promise<void>((resolve) => (whenRemoved = resolve));
        await Promise.race([removed, pause(TEARDOWN_MS, undefined, { ref: false })]);
      },
    };
  }

  #answer(exchange: number, reply: Reply | undefined): void {
    const { run, style } = this.#setting;
    run.publish({ type: 'answer', style, exchange, answer: this.#toAnswer(reply) });
  }

  #toAnswer(reply: Reply | undefined): Answer {
    const at = this.#now();
    if (!reply) return { at, headers: [], body: [], bytes: 0 };
    const { status, reason, headers, bytes, chunks, firstByteAt } = reply;
    const text = prettyBody(reply);
    const lines = text === '' ? [] : text.split('\n');
    const shown = lines.slice(0, SHOWN_LINES).join('\n');
    const json = headers.some(([name, value]) => /^content-type$/i.test(name) && /json/.test(value));
    return {
      at,
      status,
      reason,
      headers,
      bytes,
      chunks,
      firstByteAt: firstByteAt - this.#startedAt,
      body: shown === '' ? [] : json ? highlight(shown, 'json') : shown.split('\n').map((line) => [[line]]),
      ...(lines.length > SHOWN_LINES && {
        omitted: `${lines.length - SHOWN_LINES} more lines of the ${bytes.toLocaleString('en')} bytes`,
      }),
    };
  }
}

/** JSON over several lines; anything else, one object a line among it, as it came. */
function prettyBody({ text }: Reply): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.trimEnd();
  }
}
