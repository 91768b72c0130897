/** A small HTTP client that measures what `fetch` hides: when the first byte arrived, and how many chunks came. */
import http from 'node:http';

/** How much of a body is kept. */
const KEPT_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

export interface Call {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborting it closes the connection, as a client does that leaves. */
  readonly signal?: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  readonly bytes: number;
  /** Line feeds in the whole body. */
  readonly lines: number;
  readonly chunks: number;
  /** By `performance.now()`. */
  readonly firstByteAt: number;
}

/** Resolves when the whole answer has arrived. @throws AbortError when the signal aborted first. */
export function send({ port, method, path, body, headers, signal }: Call): Promise<Reply> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(payload !== undefined && {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(payload),
          }),
          ...headers,
        },
        ...(signal && { signal }),
      },
      (response) => void receive(response).then(resolve, reject),
    );
    request.on('error', reject);
    request.end(payload);
  });
}

/** The JSON value that a reply holds. */
export function jsonOf<T>({ text }: Reply): T {
  return JSON.parse(text) as T;
}

async function receive(response: http.IncomingMessage): Promise<Reply> {
  const kept: Buffer[] = [];
  let [bytes, lines, chunks, firstByteAt] = [0, 0, 0, performance.now()];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (chunks === 0) firstByteAt = performance.now();
    if (bytes < KEPT_BYTES) kept.push(chunk);
    bytes += chunk.length;
    for (const byte of chunk) if (byte === NEWLINE) lines += 1;
    chunks += 1;
  }
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    headers: pairs(response.rawHeaders),
    text: Buffer.concat(kept).subarray(0, KEPT_BYTES).toString('utf8'),
    bytes,
    lines,
    chunks,
    firstByteAt,
  };
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : [],
  );
}
