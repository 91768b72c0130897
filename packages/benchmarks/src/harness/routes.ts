/** The routes that are measured, and the requests to each. */
import { MESSAGES, TAGS, USERS } from './database';

export interface Route {
  readonly name: string;
  readonly writes: boolean;
  readonly status: number;
  /** The n-th request, as sent over the wire; the same for the same n. */
  request(n: number): string;
}

const PER_PAGE = 20;

export function getRoute(name: string, path: (n: number) => string): Route {
  return {
    name,
    writes: false,
    status: 200,
    request: (n) => `GET ${path(n)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  };
}

function post(name: string, path: (n: number) => string, body: (n: number) => object): Route {
  return {
    name,
    writes: true,
    status: 201,
    request(n) {
      const text = JSON.stringify(body(n));
      return (
        `POST ${path(n)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
      );
    },
  };
}

/** Steps through `size` values in an order that does not favour caches. */
function scattered(n: number, size: number): number {
  return 1 + ((n * 7919) % size);
}

export const ROUTES: readonly Route[] = [
  getRoute('GET /users/:id', (n) => `/users/${scattered(n, USERS)}`),
  getRoute('GET /users?page=', (n) => `/users?page=${scattered(n, USERS / PER_PAGE)}`),
  getRoute('GET /messages?page=', (n) => `/messages?page=${scattered(n, MESSAGES / PER_PAGE / 5)}`),
  post(
    'POST /users',
    () => '/users',
    (n) => ({ name: `new-${n}`, email: `new-${n}@example.com` }),
  ),
  post(
    'POST /users/:id/messages',
    (n) => `/users/${scattered(n, USERS)}/messages`,
    (n) => ({ body: `Message ${n}`, tags: [TAGS[n % TAGS.length], TAGS[(n + 3) % TAGS.length]] }),
  ),
];

/** Uses no data, so that it measures the scope's middleware. Only the hand-written apps have it. */
export const NOTHING: Route = getRoute('GET /nothing', () => '/nothing');

export function routeOf(name: string): Route {
  const route = [...ROUTES, NOTHING].find((each) => each.name === name);
  if (!route) throw new Error(`There is no route ${name}.`);
  return route;
}
