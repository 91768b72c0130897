/** Article 4: `python app.py`. */
import type { AddressInfo } from 'node:net';
import { createApp } from './app';
import { Account, dbSession, initDb } from './declarative';

async function main(): Promise<void> {
  const app = createApp({ dbSession, Account });

  // #region routes
  // [4] if __name__ == '__main__': init_db()
  await initDb();

  // [4] app.run(debug=True)
  // => `serve` of [express-service](../packages/express-service/README.md) also ends in order on SIGTERM
  const server = app.listen(Number(process.env['PORT'] ?? 5000), '127.0.0.1');
  // #endregion
  server.once('listening', () => {
    const { port } = server.address() as AddressInfo;
    console.log(` * Running on http://127.0.0.1:${port}`);
  });
}

void main();
