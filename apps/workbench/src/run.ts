/** One run: its messages so far, whoever follows it, and how to stop it. */
import { randomBytes } from 'node:crypto';
import type { EngineInfo, Inputs, LifeEvent, Message } from './protocol';

type Follower = (message: Message, index: number) => void;

interface Stoppable {
  stop(): Promise<void>;
}

export class Run {
  /** Nobody guesses it: who has it may see the run. */
  readonly id = randomBytes(12).toString('base64url');
  readonly scenario: string;
  readonly #messages: Message[] = [];
  readonly #followers = new Set<Follower>();
  readonly #stop = new AbortController();
  /** What EXPLAIN may be asked for: the statements as they were sent, by the event's number. */
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

  /** Nothing comes after the end: what a cancelled statement still has to tell is told to nobody. */
  publish(message: Message): void {
    if (this.ended) return;
    this.#messages.push(message);
    for (const follow of this.#followers) follow(message, this.#messages.length - 1);
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** Tells every message from number `from` on, those that were and those to come. Returns how to leave. */
  follow(follower: Follower, from = 0): () => void {
    this.#messages.slice(from).forEach((message, index) => follower(message, from + index));
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Something that all styles of this run use; made by the first, stopped at the end. */
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

  nextEvent(): number {
    return ++this.#events;
  }

  keepStatement({ id }: LifeEvent, sql: string, params: unknown): void {
    this.#statements.set(id, { sql, params });
  }

  statement(id: number): { readonly sql: string; readonly params: unknown } | undefined {
    return this.#statements.get(id);
  }
}
