'use strict';
// Where `npm start` begins to count ports: at PORT, else at the workbench's own.
const { STARTED } = require('./workspace.cjs');

/**
 * @param {string | undefined} text the environment's PORT
 * @returns {number}
 * @throws {Error} whose message is the line to show
 */
exports.firstPort = (text) => {
  if (!text) return STARTED[0].port;
  const port = Number(text);
  const last = 65_536 - STARTED.length;
  if (Number.isInteger(port) && port > 0 && port <= last) return port;
  throw new Error(
    `PORT=${text} is no port from 1 to ${last}: the workbench takes it, and the apps those behind it`,
  );
};
