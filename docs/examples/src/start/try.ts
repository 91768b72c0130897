import { createEngine, runInScope } from '@quartet/db-core';
import { Guest, initDb, Session } from './models';

async function main(): Promise<void> {
  const engine = createEngine('sqlite:///guests.db');
  await initDb(engine);
  await runInScope(async () => {
    const ana = new Guest({ name: 'Ana' });
    Session.add(ana);
    console.log('added:', ana.id);
    await Session.commit();
    console.log('committed:', ana.id);
    const guests = await Guest.query.orderBy('name').all();
    console.log(guests.map(({ name }) => name));
  });
  await engine.dispose();
}

void main();
