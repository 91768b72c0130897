/** One client: requests of every kind, one after the other; it aborts some of them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Books } from './books';
import { HANGS_MS } from './hangs';

/** How many requests ended with each status, or with `aborted` or `failed` where no answer came. */
export type Figures = Map<string, number>;

interface User {
  readonly id: number;
  readonly name: string;
}

/** An answer; status 0 where none came. */
interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const NO_REPLY: Reply = { status: 0, body: undefined };
const ABORTS = 0.12;
const LONGEST_PATIENCE_MS = 25;
const IMPORT_ROWS = 10;

export class SoakClient {
  readonly #name: string;
  readonly #urls: () => readonly string[];
  readonly #books: Books;
  readonly #figures: Figures;
  readonly #onEnd: (how: string) => void;
  readonly #users: User[] = [];
  readonly #messages: { readonly id: number; readonly body: string }[] = [];
  #serial = 0;

  /** @param onEnd called with how each request has ended: a status, `aborted` or `failed` */
  constructor(
    name: string,
    urls: () => readonly string[],
    books: Books,
    figures: Figures,
    onEnd: (how: string) => void = () => undefined,
  ) {
    this.#onEnd = onEnd;
    this.#name = name;
    this.#urls = urls;
    this.#books = books;
    this.#figures = figures;
  }

  /** One request, chosen at random. */
  async step(): Promise<void> {
    const chosen = weighted(OPERATIONS);
    await this[chosen]();
  }

  async createUser(): Promise<void> {
    const name = this.#word();
    this.#books.user(name, 'unknown');
    const { status, body } = await this.#send('POST', '/users', userOf(name));
    if (status === 201) {
      this.#users.push({ id: (body as User).id, name });
      this.#books.user(name, 'kept');
    } else if (isRefusal(status, body)) this.#books.user(name, 'gone', JSON.stringify(body));
  }

  async createTwice(): Promise<void> {
    const known = this.#users.at(-1);
    if (!known) return;
    const { status } = await this.#send('POST', '/users', userOf(known.name));
    if (status === 201) this.#books.problems.push(`user ${known.name} was created twice`);
  }

  async createMessage(): Promise<void> {
    const author = any(this.#users);
    if (!author) return;
    const body = this.#word();
    this.#books.message(body, 'unknown');
    const tags = [`tag${random(30)}`, `tag${random(30)}`];
    const reply = await this.#send('POST', `/users/${author.id}/messages`, { body, tags });
    if (reply.status === 201) {
      this.#messages.push({ id: (reply.body as { id: number }).id, body });
      this.#books.message(body, 'kept');
    } else if (isRefusal(reply.status, reply.body))
      this.#books.message(body, 'gone', JSON.stringify(reply.body));
  }

  async importUsers(): Promise<void> {
    const names = Array.from({ length: IMPORT_ROWS }, () => this.#word());
    const taken = this.#users.at(0)?.name;
    for (const name of names) this.#books.user(name, 'unknown');
    const rows = [...names, ...(taken === undefined ? [] : [taken])].map(userOf);
    const { status, body } = await this.#send('POST', '/users/import', rows);
    if (status !== 200) return;
    const { imported } = body as { imported: number };
    if (imported !== IMPORT_ROWS)
      this.#books.problems.push(`imported ${imported} of ${IMPORT_ROWS}`);
    for (const name of names) this.#books.user(name, 'kept');
  }

  async merge(): Promise<void> {
    const from = this.#users.shift();
    const into = this.#users.at(-1);
    if (!from || !into) return;
    this.#books.user(from.name, 'unknown');
    const { status } = await this.#send('POST', `/users/${from.id}/merge`, { into: into.id });
    if (status === 200) this.#books.user(from.name, 'gone', 'merged');
  }

  async deleteMessage(): Promise<void> {
    const message = this.#messages.shift();
    if (!message) return;
    this.#books.message(message.body, 'unknown');
    const { status } = await this.#send('DELETE', `/messages/${message.id}`);
    if (status === 204) this.#books.message(message.body, 'gone', 'deleted');
  }

  async read(): Promise<void> {
    const paths = ['/users', '/messages', '/messages?tag=tag1', '/stats/top-authors', '/nowhere'];
    await this.#send(random(4) === 0 ? 'HEAD' : 'GET', any(paths) as string);
  }

  async refused(): Promise<void> {
    await this.#send('POST', '/users', { name: '', email: 7 });
  }

  /** Reads slowly, and mostly not to the end. */
  async export(): Promise<void> {
    const controller = new AbortController();
    try {
      const answer = await fetch(`${any(this.#urls())}/messages/export`, {
        signal: AbortSignal.any([controller.signal, AbortSignal.timeout(HANGS_MS)]),
      });
      const reader = answer.body?.getReader();
      for (let i = 0; i < 3 && reader; i++) {
        if ((await reader.read()).done) return this.#count(String(answer.status));
        await delay(random(10));
      }
      this.#count('aborted');
    } catch {
      this.#count('failed');
    } finally {
      controller.abort();
    }
  }

  async #send(method: string, path: string, body?: unknown): Promise<Reply> {
    const controller = new AbortController();
    const leaves = Math.random() < ABORTS;
    const patience = leaves
      ? setTimeout(() => controller.abort(), random(LONGEST_PATIENCE_MS))
      : undefined;
    try {
      const answer = await fetch(any(this.#urls()) + path, {
        method,
        signal: AbortSignal.any([controller.signal, AbortSignal.timeout(HANGS_MS)]),
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'Content-Type': 'application/json' },
        }),
      });
      const text = await answer.text();
      this.#count(String(answer.status));
      if (answer.status === 500) this.#books.problems.push(`${method} ${path}: 500 ${text}`);
      if (answer.status === 503) await delay(20);
      const json = answer.headers.get('content-type')?.includes('json') && text !== '';
      return { status: answer.status, body: json ? JSON.parse(text) : undefined };
    } catch (error) {
      if ((error as Error).name === 'TimeoutError')
        this.#books.problems.push(`${method} ${path}: no answer within ${HANGS_MS} ms`);
      this.#count(controller.signal.aborted ? 'aborted' : 'failed');
      if (!controller.signal.aborted) await delay(20);
      return NO_REPLY;
    } finally {
      clearTimeout(patience);
    }
  }

  #word(): string {
    return `${this.#name}.${++this.#serial}`;
  }

  #count(how: string): void {
    this.#figures.set(how, (this.#figures.get(how) ?? 0) + 1);
    this.#onEnd(how);
  }
}

type Operation = Exclude<keyof SoakClient, 'step'>;

/** In percent. */
const OPERATIONS: readonly (readonly [Operation, number])[] = [
  ['createUser', 27],
  ['createMessage', 27],
  ['read', 24],
  ['createTwice', 5],
  ['refused', 3],
  ['importUsers', 4],
  ['merge', 3],
  ['deleteMessage', 4],
  ['export', 3],
];

function weighted(choices: typeof OPERATIONS): Operation {
  let place = random(100);
  for (const [operation, weight] of choices) {
    if (place < weight) return operation;
    place -= weight;
  }
  return 'read';
}

function userOf(name: string): object {
  return { name, email: `${name}@localhost` };
}

/** The server refused: nothing was written. After a 503 the outcome may be unknown, unless it says that nothing was done. */
function isRefusal(status: number, body: unknown): boolean {
  if (status >= 400 && status < 500) return true;
  const { detail = '' } = (body ?? {}) as { readonly detail?: string };
  return status === 503 && /was (?:undone|not begun)/.test(detail);
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

function any<T>(list: readonly T[]): T | undefined {
  return list[random(list.length)];
}
