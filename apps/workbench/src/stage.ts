/**
 * What a scenario has to play with in one style: recorded requests, unrecorded ones to prepare and to look
 * after, names of its own. Every row it makes bears the stage's prefix, and `clear` deletes those.
 */
import { randomBytes } from 'node:crypto';
import type { Engine } from '@quartet/db-core';
import { toAnswer } from './answer';
import type { Reply } from './client';
import { send } from './client';
import type { Listening } from './exchanges';
import { poolFigures } from './life';
import type { Inputs, LifeEvent, Message, StyleId } from './protocol';
import type { Run } from './run';
import { SessionWatch } from './session-watch';
import type { Sent } from './statements';

export interface Setting {
  readonly run: Run;
  /** Whose panes show it: one style's, or all four's where they share a request. */
  readonly audience: readonly StyleId[];
  readonly inputs: Inputs;
  /** The database as the workbench itself sees it. */
  readonly engine: Engine;
  /** Where to ask, and who hears what happens there. */
  readonly venue: Venue;
  readonly progress: (fraction: number, text: string) => void;
}

export interface Venue extends Listening {
  readonly port: number;
  /** What comes before the contract's paths. */
  readonly base: string;
  /** Where news travels apart from answers: resolves when all that happened until now is heard. */
  readonly heardAll?: () => Promise<void>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Hang up when this many statements were sent. */
  readonly leaveAfter?: number;
  /** Ask here instead. */
  readonly at?: Venue;
  /** Whether to wait until the session is removed. Default true. */
  readonly untilRemoved?: boolean;
}

export class Stage {
  readonly #setting: Setting;
  readonly #startedAt = performance.now();
  readonly #prefix = `wb-${randomBytes(4).readUInt32BE().toString(36)}-`;
  readonly sent: Sent[] = [];
  #exchanges = 0;
  #first: number | undefined;
  #last = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#tell((style) => ({ type: 'style', style, pool: poolFigures(setting.engine) }));
  }

  /** The style it is about; where all four share a request, the first. */
  get style(): StyleId {
    return this.#setting.audience[0] ?? 'extension';
  }

  get events(): readonly LifeEvent[] {
    return this.sent.map(({ event }) => event);
  }

  get engine(): Engine {
    return this.#setting.engine;
  }

  /** From the first recorded request to the last answer. */
  get spanMs(): number {
    return this.#last - (this.#first ?? 0);
  }

  /** See {@link Run.shared}. */
  shared<T extends { stop(): Promise<void> }>(name: string, make: () => Promise<T>): Promise<T> {
    return this.#setting.run.shared(name, make);
  }

  /** How many statements were recorded so far. */
  get statements(): number {
    return this.events.filter(({ kind }) => kind === 'query').length;
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
  async ask(method: string, path: string, body?: unknown, at?: Venue): Promise<Reply> {
    const { venue, run } = this.#setting;
    const { port, base } = at ?? venue;
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
    {
      body,
      leaveAfter = Infinity,
      at: venue = this.#setting.venue,
      untilRemoved = true,
    }: RequestOptions = {},
  ): Promise<Reply | undefined> {
    const { run } = this.#setting;
    const exchange = ++this.#exchanges;
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, run.signal]);
    let statements = 0;
    const watch = new SessionWatch(run, this.#startedAt, (event) => {
      this.sent.push({ exchange, event });
      this.#tell((style) => ({ type: 'event', style, exchange, event }));
      if (event.kind === 'query' && ++statements === leaveAfter) leave.abort();
    });
    const { header: headers, forget } = venue.open(watch.hear);
    const at = this.#now();
    this.#first ??= at;
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    this.#tell((style) => ({
      type: 'exchange',
      style,
      exchange,
      label,
      method,
      path,
      at,
      ...text,
    }));
    try {
      const call = {
        port: venue.port,
        method,
        path: `${venue.base}${path}`,
        body,
        signal,
        headers,
      };
      const reply = await send(call).catch(async (error: unknown) => {
        if (leave.signal.aborted) return undefined;
        await watch.removed(); // a cancelled run's rows are deleted when nobody writes any more
        throw error;
      });
      this.#last = Math.max(this.#last, this.#now());
      const answer = toAnswer(reply, this.#now(), this.#startedAt);
      this.#tell((style) => ({ type: 'answer', style, exchange, answer }));
      await venue.heardAll?.();
      if (untilRemoved) await watch.removed();
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

  #tell(message: (style: StyleId) => Message): void {
    for (const style of this.#setting.audience) this.#setting.run.publish(message(style));
  }
}
