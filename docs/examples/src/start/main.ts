import { createEngine } from '@quartet/db-core';
import { createApp } from './app';

async function main(): Promise<void> {
  const engine = createEngine(process.env['DATABASE_URL'] ?? 'sqlite:///guests.db', {
    echo: true, // each statement is a line
  });
  const app = await createApp(engine);
  const port = Number(process.env['PORT'] ?? 3000);
  const server = app.listen(port, '127.0.0.1', () => {
    console.log(`http://localhost:${(server.address() as { port: number }).port}`);
  });
}

void main();
