/** TypeScript is compiled once for each state of a file, whoever runs it. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** Compiled in a process of its own: what came out, and whether that process has had to load the compiler. */
function compiled(source: string, file: string): { code: string; byCompiler: boolean } {
  const script = `
    const { compile } = require('./compile.cjs');
    const code = compile(...process.argv.slice(1));
    const byCompiler = Object.keys(require.cache).some((each) => /swc.core.index/.test(each));
    console.log(JSON.stringify({ code, byCompiler }));`;
  const options = { cwd: join(__dirname, '..'), encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, ['-e', script, source, file], options));
}

test('a file that was compiled by one process is not compiled by the next, until it is edited', () => {
  const file = join(__dirname, 'compiled-here.ts');
  const first = `export const answer: string = '${randomUUID()}';`;
  const edited = first.replace('answer', 'other');
  const [once, again, then] = [first, first, edited].map((source) => compiled(source, file));
  expect([once?.byCompiler, again?.byCompiler, then?.byCompiler]).toEqual([true, false, true]);
  expect(once?.code).toContain('answer');
  expect(again?.code).toBe(once?.code);
  expect(then?.code).toContain('other');
});

test('of a file elsewhere nothing is kept', () => {
  const source = 'export const one: number = 1;';
  const twice = [1, 2].map(() => compiled(source, '/elsewhere/one.ts'));
  expect(twice.map(({ byCompiler }) => byCompiler)).toEqual([true, true]);
});
