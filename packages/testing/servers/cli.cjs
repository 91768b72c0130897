'use strict';
// npm run test:servers: starts the database servers, prints their addresses as lines for a shell,
// and stays until Ctrl-C. In another terminal: paste the lines, then `npx jest` in any package.
const { SERVERS, addressVariable, startServer } = require('./index.cjs');

async function main() {
  const running = [];
  const stop = async () => {
    await Promise.all(running.map((server) => server.stop()));
    process.exit(running.length > 0 ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());

  for (const engine of SERVERS) {
    try {
      const server = await startServer(engine);
      running.push(server);
      console.log(`export ${addressVariable(engine)}=${server.url}`);
    } catch (error) {
      console.log(`# ${engine}: ${error.message}`);
    }
  }
  if (running.length === 0) return stop();
  console.log('# Ctrl-C stops them');
}

void main();
