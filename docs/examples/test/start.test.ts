/** docs/start.md: each of its programs prints what the page shows, and each request is answered so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen, ServerProcess, until } from '@quartet/testing';

const SOURCE = join(__dirname, '../src/start');
const shown = (name: string): string => readFileSync(join(SOURCE, `${name}.txt`), 'utf8');
/** How long a statement takes depends on the machine. */
const timeless = (text: string): string => text.replace(/ +[\d.]+ ms/g, ' ? ms');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quartet-start-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The commands of a terminal that is shown, each with what it has printed. */
function commands(text: string): [command: string, printed: string][] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((each) => {
      const end = each.indexOf('\n');
      return [each.slice(0, end), each.slice(end + 1)];
    });
}

test.each(['engine', 'session', 'try'])('%s.ts prints what the page shows', async (name) => {
  const runs = commands(shown(name));
  expect(runs.length).toBeGreaterThan(0);
  for (const [command, printed] of runs) {
    expect(command).toBe(`npx tsx ${name}.ts`);
    const process = new ServerProcess(join(SOURCE, `${name}.ts`), folder);
    const { code, stdout, stderr } = await process.output();
    expect([code, stderr]).toEqual([0, '']);
    expect(timeless(stdout)).toBe(timeless(printed));
  }
});

test('the app answers each request as the page shows, and sends the statements that it shows', async () => {
  const free = await listen(() => undefined);
  await free.close();
  const server = new ServerProcess(join(SOURCE, 'main.ts'), folder, {
    PORT: new URL(free.url).port,
  });
  const printed = server.output();
  try {
    await until(() =>
      fetch(free.url).then(
        () => true,
        () => false,
      ),
    );
    for (const [asked, answer] of [...commands(shown('guests')), ...commands(shown('couples'))]) {
      const [, method = 'GET', path = ''] =
        /^curl (?:-X (\w+) )?http:\/\/localhost:3000(\S+)$/.exec(asked) ?? [];
      const text = await (await fetch(free.url + path, { method })).text();
      expect(`${text.trimEnd()}\n`).toBe(answer);
    }
  } finally {
    server.signal('SIGTERM');
  }
  const { stdout, stderr } = await printed;
  const page = `${shown('start')}${shown('guests-seen')}${shown('couples-seen')}`;
  expect(`$ npx tsx main.ts\n${timeless(stdout)}`).toBe(
    timeless(page).replace(':3000', `:${new URL(free.url).port}`),
  );
  expect(stderr).toBe('');
});
