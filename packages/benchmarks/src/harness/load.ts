/**
 * The load: connections that each send the next request when the last is answered. It runs in a process of its
 * own (`load-main.ts`), so that it shares neither event loop nor garbage collector with what it measures.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Route } from './routes';

export interface Load {
  readonly port: number;
  readonly route: Route;
  readonly connections: number;
  readonly durationMs: number;
  /** The number of the first request: every write must be new. */
  readonly first: number;
  /** The maximal number of requests. */
  readonly amount?: number;
}

export interface LoadResult {
  readonly requests: number;
  /** Requests without an answer, or with another status than the route's. */
  readonly errors: number;
  readonly seconds: number;
  /** Milliseconds from request to answer. */
  readonly p50: number;
  readonly p99: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export async function load({
  port,
  route,
  connections,
  durationMs,
  first,
  amount = Infinity,
}: Load): Promise<LoadResult> {
  let next = first;
  let errors = 0;
  const latencies: number[] = [];
  const startedAt = performance.now();
  const deadline = startedAt + durationMs;
  await Promise.all(Array.from({ length: connections }, () => converse()));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    errors,
    seconds,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  };

  function converse(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let received: Buffer | undefined;
      let sentAt = 0;
      const send = (): void => {
        const now = performance.now();
        if (now >= deadline || next - first >= amount) return finish();
        sentAt = now;
        socket.write(route.request(next++));
      };
      const finish = (): void => {
        socket.destroy();
        resolve();
      };
      socket.once('connect', send);
      socket.on('error', reject);
      socket.on('data', (data) => {
        received = received ? Buffer.concat([received, data]) : data;
        const answer = parse(received);
        if (!answer) return;
        received = undefined;
        latencies.push(performance.now() - sentAt);
        if (answer.status !== route.status) errors++;
        send();
      });
    });
  }
}

/** The status of the answer once it has arrived in full. All of our answers have a Content-Length. */
function parse(data: Buffer): { status: number } | undefined {
  const end = data.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const head = data.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (data.length < end + HEAD_END.length + length) return undefined;
  return { status: Number(head.slice(9, 12)) };
}
