import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { APPS } from '../lib/workspace.cjs';
import { command, folderWith } from './support/command';

test('the doctor judges each part in one line, and its exit code says whether npm start can work', async () => {
  const { code, stdout } = await command('doctor.cjs', []);
  const [parts, verdict] = stdout.trim().split('\n\n');
  const findings = String(parts).split('\n');
  expect(findings.filter((line) => !/^(ok|note|missing) +\S/.test(line))).toEqual([]);
  for (const part of ['Node', 'npm', 'SQLite', 'PostgreSQL', 'MariaDB', 'Browser', 'Ports']) {
    expect(findings.filter((line) => line.includes(`  ${part}`))).toHaveLength(1);
  }
  const essential = findings.some((line) => line.startsWith('missing'));
  expect(code).toBe(essential ? 1 : 0);
  expect(verdict).toMatch(essential ? /^npm start cannot work/ : /can run|npm start works/);
});

test('a machine without compiler and MariaDB is told what that means', async () => {
  const { stdout } = await command('doctor.cjs', [], { ...process.env, PATH: '/nowhere' });
  expect(stdout).toContain('missing  npm is not on PATH');
  expect(stdout).toContain('note     Browser: none found');
});

test('the doctor works before the first install', async () => {
  const root = folderWith({ 'packages/db-core/package.json': '{}' });
  const isOurs = (file: string): boolean => !file.includes('node_modules');
  for (const folder of ['scripts', 'packages/testing/servers'])
    cpSync(join(__dirname, '../..', folder), join(root, folder), {
      recursive: true,
      filter: isOurs,
    });
  // pnpm runs Jest with a NODE_PATH to everything that is installed.
  const env = { ...process.env, NODE_PATH: undefined };
  const { stdout } = await command(join(root, 'scripts/doctor.cjs'), [], env);
  expect(stdout).toMatch(/^ok +SQLite: better-sqlite3 is not installed yet/m);
  expect(stdout).toMatch(/^(ok|note) +MariaDB: npm test /m);
});

test('the apps have a port of their own each', () => {
  expect(APPS.map(({ style, port }) => [style, port])).toEqual([
    ['extension', 4101],
    ['declarative', 4102],
    ['classical', 4103],
    ['sql-builder', 4104],
  ]);
});
