'use strict';
// Loaded before a command (`node --require`): a machine without a MariaDB server, wherever this one has it.
const fs = require('node:fs');

const { existsSync } = fs;
fs.existsSync = (file) => !String(file).endsWith('mariadbd') && existsSync(file);
