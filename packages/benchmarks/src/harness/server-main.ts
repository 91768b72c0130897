/** A process that serves one variant, and reports to its parent the CPU time and memory it has used. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { variantOf } from '../variants';

/** What a server process has used since its start. */
export interface Usage {
  /** CPU time of all its threads, in microseconds. */
  readonly cpuMicros: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** The 99th percentile of the event loop's delay since the last report, in milliseconds. */
  readonly loopDelayP99: number;
}

async function main([id = '', url = '']: string[]): Promise<void> {
  const { app, close } = await variantOf(id).start(url);
  const server = createServer(app);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', (question) => {
    if (question === 'usage') {
      process.send?.(usage());
      delay.reset();
    } else {
      server.closeAllConnections();
      server.close(() => void close().finally(() => process.exit(0)));
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
    const loopDelayP99 = Math.max(0, delay.percentile(99) / 1e6 - 1);
    return { cpuMicros: user + system, rss, heapUsed, loopDelayP99 };
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
