/** Where a run of the tests has its temporary files. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../lib/temporary-folder.cjs';

const IN_MEMORY = '/dev/shm';
const untold = { ...process.env, TMPDIR: '' };

test('what TMPDIR names is used', () => {
  expect(temporaryFolder({ env: { TMPDIR: tmpdir() }, room: 0 })).toBe(tmpdir());
});

test('memory without the room is left alone, and so is a folder that is not in memory or does not exist', () => {
  expect(temporaryFolder({ env: untold, room: Infinity })).toBe(tmpdir());
  expect(temporaryFolder({ env: untold, folder: '/proc', room: 0 })).toBe(tmpdir());
  expect(temporaryFolder({ env: untold, folder: '/nowhere', room: 0 })).toBe(tmpdir());
});

test('a folder in memory is used where programs run in it, and nothing is left in it by the question', () => {
  if (!existsSync(IN_MEMORY)) return;
  const folder = mkdtempSync(join(IN_MEMORY, 'quartet-scripts-'));
  try {
    expect([folder, tmpdir()]).toContain(temporaryFolder({ env: untold, folder, room: 1 }));
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
