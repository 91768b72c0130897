/** The processes that a process has started, and whether one is alive. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/, 2).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))
    .filter(isAlive); // `ps` itself is gone by now
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
