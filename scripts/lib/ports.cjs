'use strict';
const net = require('node:net');

/**
 * Whether something listens on the port already.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
exports.isTaken = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer().once('error', () => resolve(true));
    probe.listen(port, () => probe.close(() => resolve(false)));
  });
