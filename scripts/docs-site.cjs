'use strict';
// npm run docs:site: builds the documentation as a site, and serves it on http://localhost:4180 (PORT=… for another) until
// Ctrl-C. With -- --build it only builds it, into docs/site/dist. Both fail for a page that stands nowhere in the
// navigation, a link that leads nowhere and an export without a docstring.
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildSite } = require('./lib/site/build.cjs');
const { serveSite } = require('./lib/site/serve.cjs');
const { stopRequest } = require('./lib/stop-request.cjs');
const { whileWaiting } = require('./lib/while-waiting.cjs');

const { values } = parseArgs({ options: { build: { type: 'boolean' } } });

async function main() {
  const { dist, problems } = await whileWaiting(buildSite(), (seconds) =>
    console.log(`Building the site … ${seconds} s`),
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  if (values.build) return console.log(`The site is in ${path.relative(process.cwd(), dist)}.`);
  const stop = stopRequest();
  const { server, url } = await serveSite(dist, Number(process.env.PORT ?? 4180));
  console.log(url);
  stop.addEventListener('abort', () => {
    server.close();
    server.closeAllConnections();
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
