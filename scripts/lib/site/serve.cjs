'use strict';
// Serves the built site to this machine alone.
const { once } = require('node:events');
const path = require('node:path');
const express = require('express');

/**
 * @param {string} dist the built site
 * @param {number} port 0 for any that is free
 * @returns {Promise<{ server: import('node:http').Server, url: string }>} it listens; the caller closes it
 * @throws {Error} whose message is the line to show, when the port is taken
 */
exports.serveSite = async (dist, port) => {
  const app = express();
  app.use(express.static(dist, { extensions: ['html'] }));
  app.use((_req, res) => void res.status(404).sendFile(path.join(dist, '404.html')));
  const server = app.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken: PORT=${port + 1} npm run docs:site takes another.`);
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { server, url: `http://localhost:${address.port}` };
};
