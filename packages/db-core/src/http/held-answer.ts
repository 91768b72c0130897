/**
 * An answer that waits: from its first byte on, what is sent of it is kept until something is done, and is sent then, or
 * thrown away. Meanwhile it looks like one that has been sent: its headers cannot be changed any more.
 *
 * `express-session` saves its session in the same place, before `end`.
 */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';

/** Each of them sends the headers, if nothing has before. */
const SENDING = ['writeHead', 'write', 'end', 'flushHeaders'] as const;
const CHANGING = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const;

type Method = (...args: unknown[]) => unknown;
type Methods = Record<(typeof SENDING)[number] | (typeof CHANGING)[number], Method>;

interface Head {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: readonly (readonly [string, OutgoingHttpHeader])[];
}

/**
 * Holds the answer of `res` from its first byte on.
 *
 * @param before called once, with the status of the answer; undefined: it goes out at once.
 * @param failed called with what `before` was rejected with: `res` has the headers then that it has now, and can be answered.
 */
export function holdAnswer(
  res: ServerResponse,
  before: (status: number) => Promise<void> | undefined,
  failed: (error: unknown) => void,
): void {
  const methods = res as unknown as Methods;
  const first = headOf(res);
  const calls: (() => unknown)[] = [];
  let state: 'untouched' | 'waiting' | 'over' = 'untouched';

  const release = replace(methods, SENDING, (name, send) => (...args) => {
    const call = (): unknown => send.apply(res, args);
    if (state === 'untouched') start(name === 'writeHead' ? Number(args[0]) : res.statusCode);
    if (state === 'over') return call();
    calls.push(call);
    return name === 'write' ? false : res; // `drain` follows
  });

  const start = (status: number): void => {
    const waiting = res.headersSent ? undefined : before(status);
    if (!waiting) {
      state = 'over';
      return release();
    }
    state = 'waiting';
    const head = headOf(res);
    const thaw = freeze(res, methods);
    const over = (kept: Head): void => {
      state = 'over';
      thaw();
      release();
      setHead(res, kept);
    };
    const sendOn = (): void => {
      over(head);
      const taken = calls.map((call) => call());
      if (calls.length > 0 && taken.at(-1) === true) res.emit('drain');
    };
    const fail = (error: unknown): void => {
      if (state === 'waiting') over(first);
      failed(error);
    };
    waiting.then(sendOn).catch(fail);
  };
}

/** Lets the answer look as if it had been sent. @returns what undoes it */
function freeze(res: ServerResponse, methods: Methods): () => void {
  const thaw = replace(methods, CHANGING, () => () => {
    throw Object.assign(new Error('Cannot change headers after they are sent to the client'), {
      code: 'ERR_HTTP_HEADERS_SENT',
    });
  });
  Object.defineProperty(res, 'headersSent', { configurable: true, value: true });
  return () => {
    Reflect.deleteProperty(res, 'headersSent');
    thaw();
  };
}

/** Puts other methods over those of `target`, which may be an object's own already. @returns what undoes it */
function replace<N extends keyof Methods>(
  target: Methods,
  names: readonly N[],
  by: (name: N, before: Method) => Method,
): () => void {
  const undo = names.map((name) => {
    const own = Object.getOwnPropertyDescriptor(target, name);
    const replacement = by(name, target[name]);
    target[name] = replacement;
    return () => {
      if (target[name] !== replacement) return; // another has put its own over it, and calls ours
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    };
  });
  return () => undo.forEach((each) => each());
}

export function headOf(res: ServerResponse): Head {
  const { statusCode, statusMessage } = res;
  return { statusCode, statusMessage, headers: Object.entries(res.getHeaders()) as never };
}

export function setHead(res: ServerResponse, { statusCode, statusMessage, headers }: Head): void {
  const before = new Map(headers);
  for (const name of res.getHeaderNames()) if (!before.has(name)) res.removeHeader(name);
  for (const [name, value] of headers)
    if (res.getHeader(name) !== value) res.setHeader(name, value);
  res.statusCode = statusCode;
  res.statusMessage = statusMessage;
}
