/** A plain HTTP client for the suites: one call a request, the whole answer, and checks of problem documents. */
import type { Problem } from '@quartet/express-service';
import { problemJson } from '@quartet/http-contract';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON of the type the caller expects. */
  json<T>(): T;
}

export interface UserBody {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

export interface MessageBody {
  readonly id: number;
  readonly body: string;
  readonly created_at: string;
  readonly author: { readonly id: number; readonly name: string };
  readonly tags?: string[];
}

export interface PageBody<T> {
  readonly items: T[];
  readonly page: number;
  readonly per_page: number;
  readonly total: number;
  readonly pages: number;
}

export class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  /** Sends `body` as JSON; without one, an empty request. */
  post(path: string, body?: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    return await readWhole(
      await fetch(this.#url + path, { method, ...(body !== undefined && json) }),
    );
  }

  /** Sends bytes or text as they are. */
  async sendRaw(
    method: string,
    path: string,
    body: string | Uint8Array,
    type = 'application/json',
  ): Promise<Answer> {
    return await readWhole(
      await fetch(this.#url + path, { method, body, headers: { 'Content-Type': type } }),
    );
  }

  /** The response as it arrives, for streams. */
  open(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.#url + path, init);
  }

  /** Starts a request that will be given up: `abort()` destroys its socket and waits until it is gone. */
  start(method: string, path: string, body?: unknown): { abort(): Promise<void> } {
    const controller = new AbortController();
    const json = { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    const init = { method, signal: controller.signal, ...(body !== undefined && json) };
    const outcome = fetch(this.#url + path, init).then(
      (answer) =>
        new Error(`${method} ${path} was to be aborted, but was answered ${answer.status}`),
      () => undefined,
    );
    return {
      async abort() {
        controller.abort();
        const error = await outcome;
        if (error) throw error;
      },
    };
  }

  /** Creates a user and returns it; fails the test when that fails. */
  async createUser(name: string, email = `${name}@localhost`): Promise<UserBody> {
    const answer = await this.post('/users', { name, email });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    expect(answer.json()).toMatchObject({ name, email });
    return answer.json<UserBody>();
  }

  /** Creates a message and returns it; fails the test when that fails. */
  async createMessage(userId: number, body: string, tags?: string[]): Promise<MessageBody> {
    const answer = await this.post(`/users/${userId}/messages`, { body, ...(tags && { tags }) });
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    return answer.json<MessageBody>();
  }
}

/** Words that would show the inside: stacks, statements, drivers. */
const LEAKS =
  /\bat .*\(|node_modules|\.ts:\d|\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE)\b|constraint|duplicate (?:key|entry)|users[._]|sqlite|postgres|mariadb|mysql|sequelize|typeorm|knex/i;

/** The answer is a problem document of this status that shows nothing of the inside; returns it. */
export function expectProblem(answer: Answer, status: number | readonly number[]): Problem {
  const asked = typeof status === 'number' ? [status] : status;
  const { text } = answer;
  expect({ status: asked.includes(answer.status) ? asked : answer.status, text }).toEqual({
    status: asked,
    text,
  });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemJson.parse(answer.json()) as Problem;
  expect(problem.status).toBe(answer.status);
  const { instance: _path, errors: _fields, ...own } = problem;
  expect(JSON.stringify(own)).not.toMatch(LEAKS);
  return problem;
}

async function readWhole(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: <T>() => JSON.parse(text) as T,
  };
}
