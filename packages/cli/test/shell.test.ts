/** npm run shell as a process: through a pipe, and at a terminal where the machine has one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Probe } from '@quartet/conformance';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import type { Ended } from './support/run';
import { begin, run, said, SHELL } from './support/run';
import { canMakeTerminal, Terminal } from './support/terminal';

/** The second article's session at the prompt. */
const ARTICLE = [
  "const u = new User({ name: 'admin', email: 'admin@localhost' })",
  'Session.add(u)',
  'await Session.commit()',
  'await User.query.all()',
  "await User.query.filter({ name: 'admin' }).first()",
];
const PRINTED = ['', '', '', "[ <User 'admin'> ]", "<User 'admin'>"];

const ORM_STYLES = ['extension', 'declarative', 'classical'];

const terminals: Terminal[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill(); // a failed test may have left one open
});

function open(command: string, env: NodeJS.ProcessEnv): Terminal {
  const terminal = new Terminal(command, env);
  terminals.push(terminal);
  return terminal;
}

describe.each(testEngines())('on $name', ({ name: engineName }) => {
  let database: FreshDatabase;
  let probe: Probe;
  const shell = (style: string, lines: string[]): Promise<Ended> =>
    run([...SHELL, style], database.url, `${lines.join('\n')}\n`);

  beforeEach(async () => {
    database = await freshDatabase(engineName);
    probe = await Probe.open(engineName, database.url);
  });
  afterEach(async () => {
    await probe.close();
    await database.drop();
  });

  test.each(ORM_STYLES)(
    'the article’s session, piped into the %s style, prints what the article prints and no more',
    async (style) => {
      expect(await shell(style, ARTICLE)).toEqual({
        code: 0,
        stdout: `${PRINTED.filter(Boolean).join('\n')}\n`,
        stderr: '',
      });
      expect(await probe.count('users')).toBe(1);
    },
  );

  test('the article’s session, piped into the sql-builder style, prints rows', async () => {
    const ended = await shell('sql-builder', [
      "await knex('users').insert({ name: 'admin', email: 'admin@localhost' })",
      'await Session.commit()',
      "const r = (await engine.execute('select name, email from users where name = :1', ['admin'])).first()",
      'r',
      'r.name',
      "knex('users').where({ id: 1 })",
      "await knex('users').count({ n: '*' }).then(([{ n }]) => Number(n))",
    ]);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.trim().split('\n').slice(-4)).toEqual([
      "('admin', 'admin@localhost')",
      "'admin'",
      expect.stringMatching(/^<not sent yet, await it: select \* from .users. where .id. = 1>$/),
      '1',
    ]);
    expect(await probe.count('users')).toBe(1);
  });

  test('lines share a session; at the end uncommitted work is rolled back, and one line says so', async () => {
    const ended = await shell('classical', [
      ...ARTICLE.slice(0, 2),
      'await Session.flush()',
      'await User.query.count()',
    ]);
    expect(ended).toEqual({
      code: 0,
      stdout: '1\n',
      stderr: 'What was not committed is rolled back.\n',
    });
    expect(await probe.count('users')).toBe(0);
  });

  test('a line that fails goes to standard error and sets the exit code; the next lines run', async () => {
    const ended = await shell('declarative', [
      ...ARTICLE.slice(0, 3),
      "Session.add(new User({ name: 'admin', email: 'other@localhost' }))",
      'await Session.commit()',
      'await Session.rollback()',
      'await User.query.count()',
    ]);
    expect(ended).toMatchObject({ code: 1, stdout: '1\n' });
    expect(ended.stderr).toMatch(/^Uncaught IntegrityError: .*\n$/);
  });

  if (canMakeTerminal()) {
    test.each(ORM_STYLES)(
      'the article’s session, typed at a terminal into the %s style',
      async (style) => {
        const terminal = open(`npm run --silent shell -- ${style}`, {
          DATABASE_URL: database.url,
          QUARTET_SHELL_HISTORY: '',
        });
        const prompt = `${style}> `;
        const banner = await terminal.until(prompt);
        expect(banner).toContain(`${style} style, on `);
        expect(banner).toMatch(/Session, User, Message, Tag, engine/);
        const printed: string[] = [];
        for (const line of ARTICLE) printed.push(await terminal.enter(line, prompt));
        expect(printed).toEqual(PRINTED);
        terminal.type('.exit\r');
        expect(await terminal.end()).toBe(0);
        expect(await probe.count('users')).toBe(1);
      },
    );
  }
});

describe('from a pipe', () => {
  let database: FreshDatabase;
  beforeAll(async () => (database = await freshDatabase('sqlite')));
  afterAll(() => database.drop());
  const shell = (input: string): Promise<Ended> =>
    run([...SHELL, 'sql-builder'], database.url, input);

  test('a line waits for the await of the line before', async () => {
    const ended = await shell(
      'const order = []\n' +
        'await new Promise((done) => setTimeout(done, 50)); order.push(1)\n' +
        'order.push(2); order\n',
    );
    expect(ended).toEqual({ code: 0, stdout: '1\n[ 1, 2 ]\n', stderr: '' });
  });

  test('a statement may take several lines; one that never ends is an error', async () => {
    expect(await shell('[1, 2].map(\n  (n) => n + 1,\n)\nfunction f() {\n')).toEqual({
      code: 1,
      stdout: '[ 2, 3 ]\n',
      stderr: 'Uncaught SyntaxError: the input ends in the middle of a statement\n',
    });
  });

  test('a rejected promise that was not awaited is an error too', async () => {
    const ended = await shell("Promise.reject(new Error('nobody')); 0\n'on'\n");
    expect(ended).toMatchObject({ code: 1, stdout: "0\n'on'\n" });
    expect(ended.stderr).toMatch(/^Uncaught Error: nobody/);
  });

  test('.echo shows statements from the moment it is on until it is off', async () => {
    const { stdout } = await shell(
      "await Session.execute('select 1'); 0\n.echo on\n.echo\nawait Session.execute('select :n', { n: 2 }); 0\n" +
        ".echo off\nawait Session.execute('select 3'); 0\n.echo maybe\n",
    );
    expect(stdout.replace(/ +[\d.]+ ms/, ' (ms)')).toBe(
      "0\necho is on\n#1 (ms)     1 row  select ?  [2]\n0\n0\n.echo on or .echo off, not 'maybe'\n",
    );
  });

  test('.exit ends it, even if lines follow', async () => {
    expect(await shell('1\n.exit\n2\n')).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  test('SIGTERM ends it with a failure, and rolls back', async () => {
    const child = begin([...SHELL, 'sql-builder'], database.url);
    const errors = text(child.stderr);
    child.stdin.write("await knex('users').insert({ name: 'a', email: 'a' }); 'written'\n");
    await said(child.stdout, 'written');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, await errors]).toEqual([1, 'What was not committed is rolled back.\n']);
  });

  test('values of the prompt are those of the libraries: dates are dates', async () => {
    const ended = await shell(
      "await knex('users').insert({ name: 'b', email: 'b' })\n" +
        "await knex('messages').insert({ user_id: (await knex('users').first('id')).id, body: 'x', created_at: new Date(0) })\n" +
        "(await knex('messages').first('created_at')).created_at\n",
    );
    expect(ended.stdout).toContain('1970-01-01T00:00:00.000Z');
  });
});

test.each([
  [['active'], 2, /^shell: there is no style 'active'; the styles are extension,/],
  [['classical', 'extension'], 2, /^shell: one style at a time/],
  [['--echo'], 2, /^shell: Unknown option '--echo'$/m],
])('%j is refused in one line', async (args, code, message) => {
  const ended = await run([...SHELL, ...args], 'sqlite://');
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
});

test('a database that cannot be reached is one line', async () => {
  const ended = await run([...SHELL, 'classical'], 'postgresql://me:secret@127.0.0.1:1/app', '1\n');
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(/^shell: No connection to postgresql:\/\/me:\*\*\*@127.*\n$/);
});

if (canMakeTerminal()) {
  test('at a terminal there are completion, a way out of a statement that hangs, and history', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quartet-shell-'));
    const history = join(folder, 'history');
    const database = await freshDatabase('sqlite');
    const terminal = open('npm run --silent shell', {
      DATABASE_URL: database.url,
      QUARTET_SHELL_HISTORY: history,
    });
    const prompt = 'extension> ';
    await terminal.until(prompt);
    terminal.type('Session.beginN');
    await terminal.until('Session.beginN');
    terminal.type('\t');
    await terminal.until('ested');
    terminal.type('\x03');
    await terminal.until(prompt);
    expect(await terminal.enter('db.session === Session', prompt)).toBe('true');
    terminal.type('await new Promise((done) => setTimeout(done, 60_000))\r');
    await terminal.until('60_000))');
    terminal.type('\x03');
    expect(await terminal.until(prompt)).toContain('interrupted');
    terminal.type('\x04');
    expect(await terminal.end()).toBe(0);
    expect(readFileSync(history, 'utf8')).toContain('db.session === Session');
    await database.drop();
    rmSync(folder, { recursive: true });
  });
}
