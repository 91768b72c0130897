import { barChart } from '../src/report/bar-chart';
import { lineChart } from '../src/report/line-chart';
import { table } from '../src/report/tables';

test('a table is Markdown with figures on the right', () => {
  expect(table(['', 'µs'], [['a', '1']])).toBe('|  | µs |\n| --- | ---: |\n| a | 1 |');
});

test('charts are SVG, and what they are labelled with is escaped', () => {
  const bars = barChart('t', 'u', [
    { title: 'g', bars: [{ label: 'a<b', value: 2, color: 'red' }] },
  ]);
  expect(bars).toMatch(/^<svg [^]*a&lt;b[^]*<\/svg>\n$/);
  const lines = lineChart({
    title: 't',
    x: 'x',
    y: 'y',
    lines: [
      {
        label: 'l',
        points: [
          [1, 1],
          [10, 2],
        ],
      },
    ],
  });
  expect(lines.match(/<circle/g)).toHaveLength(2);
});
