/** A migrator that takes the lock, says so on standard output, and then blocks the process for ever. */
import { writeSync } from 'node:fs';
import { createEngine } from '@quartet/db-core';
import { Migrator } from '@quartet/migrations';

const stuck = {
  name: '2026-11-21-01-users',
  steps: (): never => {
    writeSync(1, 'has the lock\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    throw new Error('unreachable');
  },
};

void new Migrator(createEngine(process.env['DATABASE_URL']), { migrations: [stuck] }).migrate();
