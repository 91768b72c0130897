import { createEngine } from '@quartet/db-core';
import { createApp } from './shop';

async function main(): Promise<void> {
  const engine = createEngine('sqlite:///shop.db');
  const app = await createApp(engine);
  await engine.execute("INSERT INTO Articles (name, stock) VALUES ('book', 5)");
  const port = Number(process.env['PORT'] ?? 3000);
  app.listen(port, () => console.log(`http://localhost:${port}`));
}

void main();
