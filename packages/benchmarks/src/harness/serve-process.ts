/** The inside of a process that serves an app and reports to its parent the CPU time and memory it has used. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { until } from '@quartet/testing';
import type { Running } from '../variants/variant';
import type { Statements } from './counter';

/** What a server process has used since its start. */
export interface Usage {
  /** CPU time of all its threads, in microseconds. */
  readonly cpuMicros: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
  /** The highest since the last report; where the system does not tell (elsewhere than on Linux), since the start. */
  readonly peakRss: number;
  readonly heapUsed: number;
  /** The 99th percentile of the event loop's delay since the last report, in milliseconds, and its maximum. */
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
}

/** `collect` is `usage` after a garbage collection, where the process has `--expose-gc`. */
export type Question = 'usage' | 'collect' | 'counted' | 'stop';

export function serveProcess({ app, isIdle, close }: Running, counter?: Statements): void {
  const server = createServer(app);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', (question: Question) => {
    if (question === 'stop') {
      server.closeAllConnections();
      server.close(() => void close().finally(() => process.exit(0)));
    } else if (question === 'counted') {
      void until(() => isIdle?.() ?? true).then(() => process.send?.({ ...counter }));
    } else {
      if (question === 'collect') globalThis.gc?.();
      process.send?.(usage());
      delay.reset();
    }
  });
  process.on('disconnect', () => process.exit(0)); // the parent has ended
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });

  function usage(): Usage {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    // The histogram includes its own resolution in the delay.
    const withoutResolution = (nanos: number): number => Math.max(0, nanos / 1e6 - 1);
    return {
      cpuMicros: user + system,
      rss,
      peakRss: peakRss(),
      heapUsed,
      loopDelayP99: withoutResolution(delay.percentile(99)),
      loopDelayMax: withoutResolution(delay.max),
    };
  }
}

/** Of the system, which sees every moment, also those in which the event loop is busy. Begins anew. */
function peakRss(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    writeFileSync('/proc/self/clear_refs', '5');
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
