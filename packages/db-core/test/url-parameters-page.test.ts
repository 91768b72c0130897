/** The page about the engine tells every parameter of a URL in the words of the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { URL_PARAMETERS } from '../src/dialects/url';

const PAGE = readFileSync(join(__dirname, '../../../docs/concepts/engine.md'), 'utf8');

test.each(Object.entries(URL_PARAMETERS))('the table for %s', (name, parameters) => {
  const rows = Object.entries(parameters).map(([key, { means }]) => `| \`${key}\` | ${means} |`);
  const [, table] =
    new RegExp(`<!-- url-parameters: ${name} -->\\n([^]*?)\\n<!-- end -->`).exec(PAGE) ?? [];
  expect(table).toBe(['| parameter | meaning |', '|---|---|', ...rows].join('\n'));
});
