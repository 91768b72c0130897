/**
 * The file behind `:memory:`. Handles cannot share a database in memory, so a temporary file in memory-backed storage
 * serves instead. It goes with its engine, with the process, and where a signal has ended the process at once, with the
 * next engine of its kind on this machine.
 */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const FOLDER = /^quartet-(\d+)-/;
/** Those of this process, which one listener removes at its end, however many engines there are. */
const folders = new Set<string>();

/** @returns its path, in a folder of its own that `removeTemporaryFile` removes */
export function makeTemporaryFile(): string {
  const base = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
  removeLeftBehind(base);
  const folder = fs.mkdtempSync(path.join(base, `quartet-${process.pid}-`));
  if (folders.size === 0) process.on('exit', removeAll);
  folders.add(folder);
  return path.join(folder, 'memory.db');
}

export function removeTemporaryFile(file: string): void {
  const folder = path.dirname(file);
  fs.rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
  if (folders.size === 0) process.removeListener('exit', removeAll);
}

function removeAll(): void {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
}

/** What processes have left that were ended without a word. */
function removeLeftBehind(base: string): void {
  for (const name of fs.readdirSync(base)) {
    const pid = Number(FOLDER.exec(name)?.[1]);
    if (!pid || isRunning(pid)) continue;
    try {
      fs.rmSync(path.join(base, name), { recursive: true, force: true });
    } catch {
      // another user's
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
