'use strict';
const os = require('node:os');
const path = require('node:path');

/**
 * This environment with another home, as a stranger has it. What npm has fetched before is not fetched again.
 *
 * @param {string} home
 * @returns {NodeJS.ProcessEnv}
 */
exports.withHome = (home) => ({
  ...process.env,
  HOME: home,
  npm_config_cache: process.env.npm_config_cache ?? path.join(os.homedir(), '.npm'),
});
