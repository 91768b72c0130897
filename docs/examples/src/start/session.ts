import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';

const engine = createEngine('sqlite:///visits.db', { echo: true });
const Session = scopedSession(sessionmaker({ bind: engine }));

const insert = (guest: string) =>
  Session.execute('INSERT INTO visits (guest) VALUES (:guest)', { guest });

async function main(): Promise<void> {
  await runInScope(async () => {
    await insert('Bo');
    await Session.commit();
    await insert('Cy'); // nobody commits this
  });
  const visits = await engine.execute('SELECT guest FROM visits');
  console.log(visits.scalars());
  await engine.dispose();
}

void main();
