/** One run: its messages so far, its followers, and how to stop it. */
import { randomBytes } from 'node:crypto';
import type { EngineInfo, Inputs, SessionEvent, Message } from './protocol';

type Follower = (message: Message, index: number) => void;

interface Stoppable {
  stop(): Promise<void>;
}

/** What a scenario needs of its run. */
export type RunOfScenario = Pick<
  Run,
  'signal' | 'shared' | 'publish' | 'nextEvent' | 'keepStatement'
>;

export class Run {
  /** Random, since the id alone gives access to the run. */
  readonly id = randomBytes(12).toString('base64url');
  readonly scenario: string;
  readonly #messages: Message[] = [];
  readonly #followers = new Set<Follower>();
  readonly #stop = new AbortController();
  /** The statements as they were sent, by the event's number: EXPLAIN is possible for these. */
  readonly #statements = new Map<number, { sql: string; params: unknown }>();
  readonly #shared = new Map<string, Promise<Stoppable>>();
  #events = 0;

  constructor(scenario: string, inputs: Inputs, engine: EngineInfo) {
    this.scenario = scenario;
    const startedAt = new Date().toISOString();
    this.publish({ type: 'run', id: this.id, scenario, inputs, engine, startedAt });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get ended(): boolean {
    return this.#messages.at(-1)?.type === 'end';
  }

  /** Messages after the end are dropped: a cancelled statement may still report something. */
  publish(message: Message): void {
    if (this.ended) return;
    this.#messages.push(message);
    for (const follow of this.#followers) follow(message, this.#messages.length - 1);
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** Calls `follower` with every message from number `from` on, past and future. @returns a function that ends it. */
  follow(follower: Follower, from = 0): () => void {
    this.#messages.slice(from).forEach((message, index) => follower(message, from + index));
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Something that all styles of this run use; made at the first call, stopped at the end of the run. */
  shared<T extends Stoppable>(name: string, make: () => Promise<T>): Promise<T> {
    let made = this.#shared.get(name) as Promise<T> | undefined;
    if (!made) this.#shared.set(name, (made = make()));
    return made;
  }

  /** Stops what was shared. */
  async release(): Promise<void> {
    for (const made of this.#shared.values()) await (await made.catch(() => undefined))?.stop();
    this.#shared.clear();
  }

  /** For a repetition that is only timed: nothing of it is published or kept. */
  unseen(): RunOfScenario {
    return {
      signal: this.signal,
      shared: this.shared.bind(this),
      publish: () => undefined,
      nextEvent: () => 0,
      keepStatement: () => undefined,
    };
  }

  nextEvent(): number {
    return ++this.#events;
  }

  keepStatement({ id }: SessionEvent, sql: string, params: unknown): void {
    this.#statements.set(id, { sql, params });
  }

  statement(id: number): { readonly sql: string; readonly params: unknown } | undefined {
    return this.#statements.get(id);
  }
}
