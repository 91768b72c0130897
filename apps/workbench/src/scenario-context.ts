/**
 * What a scenario works with in one style: recorded requests, unrecorded requests that prepare and check, and
 * unique names. The name of every row it makes begins with the context's prefix; `clear` deletes these rows.
 */
import { randomBytes } from 'node:crypto';
import type { Engine } from '@quartet/db-core';
import { toAnswer } from './answer';
import type { Reply } from './client';
import { send } from './client';
import type { RequestRecording } from './request-recorder';
import { poolFigures } from '@quartet/debug-panel/parts';
import type { Inputs, SessionEvent, Message, StyleId } from './protocol';
import type { RunOfScenario } from './run';
import { SessionWatch } from './session-watch';
import type { Sent } from './statements';
import { metricsOf } from './statements';

export interface ScenarioOptions {
  readonly run: RunOfScenario;
  /** The styles whose panes show it: one, or all four where they share a request. */
  readonly styles: readonly StyleId[];
  readonly inputs: Inputs;
  /** The engine of the workbench itself, for looking into the database. */
  readonly engine: Engine;
  /** Where requests are sent, and how they are recorded. */
  readonly endpoint: Endpoint;
  readonly progress: (fraction: number, text: string) => void;
}

export interface Endpoint extends RequestRecording {
  readonly port: number;
  /** The prefix of the contract's paths. */
  readonly base: string;
  /** Where events arrive apart from answers: resolves when all events until now have arrived. */
  readonly eventsReceived?: () => Promise<void>;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Close the connection when this many statements were sent. */
  readonly leaveAfter?: number;
  /** Another endpoint than the style's. */
  readonly at?: Endpoint;
  /** Whether to wait until the session is removed. Default true. */
  readonly untilRemoved?: boolean;
}

/** A recorded request. Times are in milliseconds since the style began. */
export interface SentRequest {
  readonly id: number;
  readonly label: string;
  /** Absent where the client left before the answer. */
  status?: number;
  firstByteAt?: number;
  tookMs: number;
}

export class ScenarioContext {
  readonly #options: ScenarioOptions;
  readonly #startedAt = performance.now();
  readonly #prefix = `wb-${randomBytes(4).readUInt32BE().toString(36)}-`;
  readonly sent: Sent[] = [];
  readonly requests: SentRequest[] = [];

  constructor(options: ScenarioOptions) {
    this.#options = options;
    this.#publish((style) => ({ type: 'style', style, pool: poolFigures(options.engine) }));
  }

  /** The style; where all four share a request, the first of them. */
  get style(): StyleId {
    return this.#options.styles[0] ?? 'extension';
  }

  get events(): readonly SessionEvent[] {
    return this.sent.map(({ event }) => event);
  }

  get engine(): Engine {
    return this.#options.engine;
  }

  /** See {@link Run.shared}. */
  shared<T extends { stop(): Promise<void> }>(name: string, make: () => Promise<T>): Promise<T> {
    return this.#options.run.shared(name, make);
  }

  /** How many statements were recorded so far, without those that the library sends for itself. */
  get statements(): number {
    return metricsOf(this.events, this.engine).statements;
  }

  text(input: string): string {
    return String(this.#options.inputs[input]);
  }

  number(input: string): number {
    return Number(this.#options.inputs[input]);
  }

  /** A name that no other context uses. */
  uniqueName(name: string): string {
    return `${this.#prefix}${name}`.slice(0, 50);
  }

  uniqueUser(name: string): { name: string; email: string } {
    return { name: this.uniqueName(name), email: `${this.uniqueName(name)}@example.org` };
  }

  progress(fraction: number, text: string): void {
    this.#options.progress(fraction, text);
  }

  /** Sends a request that is not recorded: to prepare the scenario, or to check its outcome. */
  async ask(method: string, path: string, body?: unknown, at?: Endpoint): Promise<Reply> {
    const { endpoint, run } = this.#options;
    const { port, base } = at ?? endpoint;
    return await send({ port, method, path: `${base}${path}`, body, signal: run.signal });
  }

  /**
   * Sends a request and records what its session does until it is removed.
   *
   * @returns undefined where the client closed the connection before the answer
   */
  async request(
    label: string,
    method: string,
    path: string,
    {
      body,
      leaveAfter = Infinity,
      at: endpoint = this.#options.endpoint,
      untilRemoved = true,
    }: RequestOptions = {},
  ): Promise<Reply | undefined> {
    const { run } = this.#options;
    const requestId = this.requests.length + 1;
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, run.signal]);
    let statements = 0;
    const watch = new SessionWatch(run, this.#startedAt, (event) => {
      this.sent.push({ requestId, event });
      this.#publish((style) => ({ type: 'event', style, requestId, event }));
      if (event.kind === 'query' && ++statements === leaveAfter) leave.abort();
    });
    const { headers, stop } = endpoint.record(watch.receive);
    const at = this.#now();
    const sentRequest: SentRequest = { id: requestId, label, tookMs: 0 };
    this.requests.push(sentRequest);
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    this.#publish((style) => ({
      type: 'request',
      style,
      requestId,
      label,
      method,
      path,
      at,
      ...text,
    }));
    try {
      const call = {
        port: endpoint.port,
        method,
        path: `${endpoint.base}${path}`,
        body,
        signal,
        headers,
      };
      const reply = await send(call).catch(async (error: unknown) => {
        if (leave.signal.aborted) return undefined;
        await watch.removed(); // a cancelled run's rows are deleted once its sessions have ended
        throw error;
      });
      const answer = toAnswer(reply, this.#now(), this.#startedAt);
      sentRequest.tookMs = answer.at - at;
      if (reply) sentRequest.status = reply.status;
      if (reply && answer.firstByteAt !== undefined) sentRequest.firstByteAt = answer.firstByteAt;
      this.#publish((style) => ({ type: 'answer', style, requestId, answer }));
      await endpoint.eventsReceived?.();
      if (untilRemoved) await watch.removed();
      return reply;
    } finally {
      stop();
    }
  }

  /** Deletes the rows of this context: messages go with their users. */
  async clear(): Promise<void> {
    const own = `${this.#prefix}%`;
    for (const table of ['users', 'tags'])
      await this.engine.execute(`delete from ${table} where name like ?`, [own]);
  }

  #now(): number {
    return performance.now() - this.#startedAt;
  }

  #publish(message: (style: StyleId) => Message): void {
    for (const style of this.#options.styles) this.#options.run.publish(message(style));
  }
}
