/** Starts the process that makes the load, and sends it loads. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import * as path from 'node:path';
import type { LoadResult } from './load';
import type { LoadOrder } from './load-main';

export class Loader {
  readonly #child: ChildProcess = fork(path.join(__dirname, 'load-main.ts'));

  run(order: LoadOrder): Promise<LoadResult> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(`The load on ${order.route} failed.`));
      child.once('exit', onExit);
      child.once('message', (result) => {
        child.off('exit', onExit);
        resolve(result as LoadResult);
      });
      child.send(order);
    });
  }

  stop(): void {
    this.#child.disconnect();
  }
}
