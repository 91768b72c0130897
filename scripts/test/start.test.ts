import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { GOOD_APP, freePort, gone, isAlive, launch } from './support/fixture-apps';
import type { Launched } from './support/fixture-apps';
import { firstPort } from '../lib/first-port.cjs';
import { startedAt } from '../lib/workspace.cjs';

/** Both apps' process ids, once the table is printed. */
async function pids(launched: Launched): Promise<number[]> {
  const found = [
    await launched.line(/^one \| .* pid (\d+)/),
    await launched.line(/^two \| .* pid (\d+)/),
  ];
  await launched.line(/Ctrl-C stops them/);
  return found.map((match) => Number(match[1]));
}

describe.each([{ watch: false }, { watch: true }])('npm start, $watch to watch', ({ watch }) => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s to npm alone stops every app',
    async (signal) => {
      const launched = await launch({ watch });
      const running = await pids(launched);
      expect(running.map(isAlive)).toEqual([true, true]);
      launched.npm.kill(signal);
      // npm itself dies of SIGHUP; of the others it waits for the apps' end.
      expect(await launched.ended()).toBe(signal === 'SIGHUP' ? 'SIGHUP' : 0);
      if (signal !== 'SIGHUP') expect(running.map(isAlive)).toEqual([false, false]);
      await Promise.all(running.map(gone));
    },
  );

  test('an app that fails at start stops the others and is named with its cause', async () => {
    const two =
      "console.error('two: cannot start: SQLite: cannot open the file');\nprocess.exit(3);";
    const launched = await launch({ watch, two });
    expect(await launched.ended()).toBe(1);
    expect(launched.lines().filter((line) => !line.startsWith('one |'))).toEqual([
      'Starting one, two …',
      'two could not start: SQLite: cannot open the file',
    ]);
  });
});

test('of an uncaught error the message is the cause, and the stack is shown before', async () => {
  const launched = await launch({ two: "throw new TypeError('no such option: poool');" });
  expect(await launched.ended()).toBe(1);
  expect(launched.lines().at(-1)).toBe('two could not start: TypeError: no such option: poool');
  expect(launched.lines().join('\n')).toMatch(/two \| +at .*two\/src\/server\.ts/);
});

test('with watch, a file that is broken at the start is a line, and the table follows its correction', async () => {
  const two = "throw new TypeError('no such option: poool');";
  const launched = await launch({ watch: true, two });
  await launched.line(/^two \| has ended: TypeError: no such option: poool\. It starts again/);
  const told = (): readonly string[] =>
    launched.lines().filter((line) => !line.startsWith('  after') && !line.startsWith('one |'));
  expect(told()).toEqual([
    'Starting one, two …',
    expect.stringMatching(/two\/src\/server\.ts:1: throw new TypeError/),
    expect.stringMatching(/has ended/),
  ]);
  writeFileSync(join(launched.folder, 'two/src/server.ts'), GOOD_APP);
  await launched.line(/^two \| up again after \d+\.\d s$/);
  const running = await pids(launched);
  expect(running.map(isAlive)).toEqual([true, true]);
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
});

test('with watch, a signal ends what waits for an edit', async () => {
  const launched = await launch({ watch: true, two: "throw new TypeError('broken');" });
  await launched.line(/^two \| has ended/);
  launched.npm.kill('SIGINT');
  expect(await launched.ended()).toBe(0);
});

test('the table is printed once, when every app answers', async () => {
  const launched = await launch();
  await pids(launched);
  launched.npm.kill('SIGTERM');
  await launched.ended();
  const table = launched.lines().filter((line) => line.startsWith('  '));
  expect(table).toEqual([
    '  style   library   URL',
    `  one     none      http://localhost:${launched.ports[0]}`,
    `  two     none      http://localhost:${launched.ports[1]}`,
  ]);
});

test('each app has a SQLite file of its own with sample data, unless DATABASE_URL names a database', async () => {
  const launched = await launch();
  await pids(launched);
  launched.npm.kill('SIGTERM');
  const url = (style: string): string => `sqlite:///${join(launched.folder, 'data', style)}.db on`;
  expect(launched.lines().join('\n')).toContain(url('one'));
  expect(launched.lines().join('\n')).toContain(url('two'));
  expect(existsSync(join(launched.folder, 'data'))).toBe(true);
  await launched.ended();

  const other = await launch({ env: { DATABASE_URL: 'postgresql://db/app' } });
  await pids(other);
  other.npm.kill('SIGTERM');
  expect(
    other.lines().filter((line) => line.trim().endsWith('on postgresql://db/app')),
  ).toHaveLength(2);
  await other.ended();
});

test('a taken port is one line that names the app and the port', async () => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  const port = (taken.address() as { port: number }).port;
  const launched = await launch({ ports: [await freePort(), port] });
  expect(await launched.ended()).toBe(1);
  expect(launched.lines().at(-1)).toContain(
    `two cannot start: port ${port} is taken by another process; PORT=`,
  );
  taken.close();
});

test('what it starts is said at once, and a second start says that it is running', async () => {
  const launched = await launch();
  await launched.line(/^Starting one, two …/);
  await pids(launched);
  const second = await launch({ ports: [...launched.ports] });
  expect(await second.ended()).toBe(1);
  const [port = 0] = launched.ports;
  expect(second.lines().at(-1)).toBe(
    `already running on http://localhost:${port}; PORT=${port + 100} npm start takes the ports from ${port + 100}`,
  );
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
});

test('a port that one of ours has is said to be its', async () => {
  const server = createHttpServer((_request, response) => response.end('{"style":"classical"}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const launched = await launch({ ports: [await freePort(), port] });
  expect(await launched.ended()).toBe(1);
  expect(launched.lines().at(-1)).toContain(
    `two cannot start: port ${port} is taken by the classical app of another start; PORT=`,
  );
  server.close();
});

test('with watch, a broken file that both apps use is told once', async () => {
  const launched = await launch({ watch: true, shared: "export const shared = 'good';" });
  await pids(launched);
  writeFileSync(join(launched.folder, 'shared/index.ts'), "throw new Error('broken for both');");
  await launched.line(/^(one|two) \| has ended of the same\.$/);
  const told = launched.lines().filter((line) => line.includes('broken for both'));
  expect(told).toEqual([
    expect.stringMatching(/shared\/index\.ts:1: throw new Error\('broken for both'\);$/),
    expect.stringMatching(/has ended: Error: broken for both\. It starts again/),
  ]);
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
});

test('PORT is where the ports begin', () => {
  expect([firstPort(undefined), firstPort(''), firstPort('5100')]).toEqual([4100, 4100, 5100]);
  expect(startedAt(5100).map(({ port }) => port)).toEqual([5100, 5101, 5102, 5103, 5104]);
  for (const wrong of ['x', '0', '-1', '65535', '1.5'])
    expect(() => firstPort(wrong)).toThrow(`PORT=${wrong} is no port`);
});

test('npm start reads PORT, and says what is no port', () => {
  const started = spawnSync(process.execPath, [join(__dirname, '..', 'start.cjs')], {
    env: { ...process.env, PORT: '65535' },
    encoding: 'utf8',
  });
  expect(started.status).toBe(1);
  expect(started.stderr).toMatch(/^PORT=65535 is no port from 1 to \d+: .*\n$/);
});

test('an app that ends later stops the others', async () => {
  const launched = await launch();
  const [one, two] = await pids(launched);
  process.kill(Number(two), 'SIGKILL');
  expect(await launched.ended()).toBe(1);
  expect(launched.lines()).toContain('two has ended: it exited with SIGKILL');
  expect(isAlive(Number(one))).toBe(false);
});

test('an app that does not stop is killed after the deadline', async () => {
  const launched = await launch({
    two: GOOD_APP.replace(/process\.on.*/, "process.on('SIGTERM', () => {});"),
  });
  const running = await pids(launched);
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
  expect(running.map(isAlive)).toEqual([false, false]);
});

test('a signal while the apps start leaves none of them', async () => {
  const stuck = "console.error('waiting');\nsetInterval(() => {}, 1_000);";
  const launched = await launch({ two: stuck });
  // The first app answers, the second never does: whoever waits is told so.
  await launched.line(/^ {2}after \d+ s still starting: two$/);
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
  await expect(fetch(`http://127.0.0.1:${launched.ports[0]}`)).rejects.toThrow('fetch failed');
});

test('with watch, a mistake in a file is a line, and its correction starts the app again, also when it is saved by a rename', async () => {
  const launched = await launch({ watch: true });
  await pids(launched);
  const file = join(launched.folder, 'two/src/greeting.ts');
  const save = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  save("export const greeting string = 'broken';");
  const [line] = await launched.line(/^two \| has ended: .*/);
  expect(line).toMatch(/SyntaxError: src\/greeting\.ts:1:\d+: .*starts again when a file is saved/);
  // Its output is held back meanwhile: the mistake is told once, with the line.
  expect(
    launched
      .lines()
      .filter((each) => each.startsWith('two |'))
      .slice(1),
  ).toEqual([
    expect.stringMatching(/two\/src\/greeting\.ts:1: export const greeting string = 'broken';$/),
    line,
  ]);
  save("export const greeting: string = 'mended';");
  await launched.line(/^two \| up again after \d+\.\d s$/);
  await launched.line(/^two \| mended pid (\d+)/);
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
});

test('with watch, an edit of a file that the app uses restarts it', async () => {
  const launched = await launch({ watch: true });
  const [, two] = await pids(launched);
  writeFileSync(
    join(launched.folder, 'two/src/greeting.ts'),
    "export const greeting: string = 'edited';",
  );
  const [, restarted] = await launched.line(/^two \| edited pid (\d+)/);
  expect(restarted).not.toBe(String(two));
  launched.npm.kill('SIGTERM');
  expect(await launched.ended()).toBe(0);
  await gone(Number(restarted));
});
