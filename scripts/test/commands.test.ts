/** The commands that pages print: they are found as a reader would copy them, and none is printed that nobody has tried. */
import { trialOf } from '../lib/command-trials.cjs';
import { printedCommands } from '../lib/docs/commands.cjs';
import { ROOT } from '../lib/workspace.cjs';
import { command, folderWith } from './support/command';

test('commands are found in blocks of shell code and in the text, without comments, once for each page', () => {
  const folder = folderWith({
    'README.md': [
      'Run `npm start` or `PORT=1 npm start`; `npm` alone is a name, `npm run db:…` has a gap.',
      '',
      '```sh',
      '# a comment',
      'npm test -- --engine sqlite   # on one',
      'npm install a \\',
      '  b',
      'npm start',
      '```',
      '',
      '```ts',
      'const no = `npm run nothing`;',
      '```',
    ].join('\n'),
    'docs/decisions/one.md': 'We ran `npm run old`.',
    'docs/none.md': 'Nothing.',
  });
  expect(printedCommands(folder)).toEqual([
    {
      file: 'README.md',
      commands: ['npm start', 'PORT=1 npm start', 'npm test -- --engine sqlite', 'npm install a b'],
    },
  ]);
});

test('each command of the pages has a way to be tried', () => {
  const commands = printedCommands(ROOT).flatMap(({ commands: printed }) => printed);
  expect(commands.length).toBeGreaterThan(80);
  expect(commands.filter((each) => !trialOf(each))).toEqual([]);
  expect(trialOf('npm run unheard-of')).toBeUndefined();
});

test('a page that does not exist is told', async () => {
  const { code, stderr } = await command('commands.cjs', ['--page', 'no/such/page']);
  expect([code, stderr]).toEqual([2, 'No page begins with no/such/page.\n']);
});
