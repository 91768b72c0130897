import { tablesAsJson } from '../lib/docs/tables-json.cjs';

const PAGE = `# A page

| by hand | is left out |
| --- | --- |
| a | b |

<!-- generated: lines -->
| file | one | two |
| --- | --- | --- |
| \`app.ts\` | 12 | 1 + 2 |
<!-- end -->

<!-- generated: code file.ts -->
no table
<!-- end -->
`;

test('the generated tables of a page, each row by the names of its columns', () => {
  expect(JSON.parse(tablesAsJson(PAGE))).toEqual({
    lines: [{ file: 'app.ts', one: 12, two: '1 + 2' }],
  });
});
