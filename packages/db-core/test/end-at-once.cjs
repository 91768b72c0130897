'use strict';
// Makes a folder as an engine in memory does, and ends without having a chance to remove it.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const base = fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir();
const folder = fs.mkdtempSync(path.join(base, `quartet-${process.pid}-`));
process.send(folder, () => process.kill(process.pid, 'SIGKILL'));
