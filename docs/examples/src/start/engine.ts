import { createEngine } from '@quartet/db-core';

async function main(): Promise<void> {
  const engine = createEngine('sqlite:///visits.db');
  await engine.execute('CREATE TABLE IF NOT EXISTS visits (guest VARCHAR(50))');
  await engine.execute('INSERT INTO visits (guest) VALUES (:guest)', { guest: 'Ana' });
  const visits = await engine.execute('SELECT guest FROM visits');
  console.log(visits.scalars());
  await engine.dispose();
}

void main();
