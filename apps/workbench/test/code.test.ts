/** In a process of its own: Jest loads no ES modules, and Shiki is one. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { CodeLine } from '../src/protocol';

const APP = path.join(__dirname, '..');

/** Each look at the clock is a second after the one before. */
const ON_A_SLOW_MACHINE = `
  let now = 0;
  Date.now = performance.now = () => (now += 1000);
  const { highlight } = require('./src/code.ts');
  console.log(JSON.stringify(highlight('async function first() {\\n  await second();\\n}', 'typescript')));
`;

test('code is highlighted to its end, however slow the machine is', () => {
  const options = ['--conditions=quartet-source', '-r', '../../scripts/register.cjs'];
  const said = execFileSync(process.execPath, [...options, '-e', ON_A_SLOW_MACHINE], { cwd: APP });
  const tokens = (JSON.parse(String(said)) as CodeLine[]).flat();
  const kindOf = (word: string) => tokens.find(([text]) => text.trim() === word)?.[1];
  expect(['async', 'function', 'await'].map(kindOf)).toEqual(Array(3).fill('keyword'));
});
