import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '@quartet/testing';

let folder: string;
let running: ServerProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quartet-serve-'));
});

afterEach(async () => {
  for (const child of running) await child.kill();
  running = [];
  rmSync(folder, { recursive: true });
});

function start(env: Record<string, string> = {}): ServerProcess {
  const child = new ServerProcess(join(__dirname, 'support/server.ts'), folder, env);
  running.push(child);
  return child;
}

interface Users {
  readonly items: { readonly name: string }[];
  readonly total: number;
}

async function usersOf({ url }: { url: string }): Promise<Users> {
  return (await (await fetch(`${url}/users`)).json()) as Users;
}

describe('an app of the demo that is started', () => {
  it('uses a SQLite file in a folder it makes, with sample data', async () => {
    const app = await start().listening();
    expect(app.line).toMatch(/^test {2}http:\/\/127\.0\.0\.1:\d+ {2}sqlite\n$/);
    expect(existsSync(join(folder, 'data/test.db'))).toBe(true);
    const { items } = await usersOf(app);
    expect(items.map(({ name }) => name)).toEqual(['admin', 'guest', 'Ana']);
  });

  it('adds the sample data once, and not at all with SEED=off', async () => {
    const first = start();
    await first.listening();
    first.signal('SIGTERM');
    expect(await first.exitCode()).toBe(0);
    expect(await usersOf(await start().listening())).toMatchObject({ total: 3 });
    rmSync(join(folder, 'data'), { recursive: true });
    expect(await usersOf(await start({ SEED: 'off' }).listening())).toMatchObject({ total: 0 });
  });

  it('leaves a database of its own as it is, unless SEED=on asks for sample data', async () => {
    const url = `sqlite:///${join(folder, 'mine.db')}`;
    expect(await usersOf(await start({ DATABASE_URL: url }).listening())).toMatchObject({
      total: 0,
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    const seeded = await start({ DATABASE_URL: url, SEED: 'on' }).listening();
    expect(await usersOf(seeded)).toMatchObject({ total: 3 });
  });

  it('does not start when SEED is neither on nor off', async () => {
    const { code, stderr } = await start({ SEED: 'maybe' }).output();
    expect([code, stderr]).toEqual([
      1,
      "test: cannot start: SEED is 'maybe', but must be 'on' or 'off'.\n",
    ]);
  });
});
