import { parseExposition } from '@quartet/testing';

const HEAD = '# HELP a_total What.\n# TYPE a_total counter\n';
const HISTOGRAM = '# HELP h What.\n# TYPE h histogram\n';

test('families are read with their samples and labels', () => {
  const text = `${HEAD}a_total{b="x\\"\\\\\\ny",c="2"} 3\na_total 1e3\n`;
  expect(parseExposition(text).get('a_total')).toEqual({
    name: 'a_total',
    type: 'counter',
    help: 'What.',
    samples: [
      { name: 'a_total', labels: { b: 'x"\\\ny', c: '2' }, value: 3 },
      { name: 'a_total', labels: {}, value: 1000 },
    ],
  });
});

test.each([
  ['no end of the last line', `${HEAD}a_total 1`],
  ['a sample without a family', 'a 1\n'],
  ['no HELP', '# TYPE a gauge\na 1\n'],
  ['an empty family', HEAD],
  ['a family in two places', `${HEAD}a_total 1\n${HEAD}a_total{b="1"} 2\n`],
  ['another name', `${HEAD}b_total 1\n`],
  ['a counter whose name says nothing of it', '# HELP a A.\n# TYPE a counter\na 1\n'],
  ['a negative counter', `${HEAD}a_total -1\n`],
  ['no value', `${HEAD}a_total \n`],
  ['a word as value', `${HEAD}a_total one\n`],
  ['two spaces', `${HEAD}a_total  1\n`],
  ['an empty line', `${HEAD}\na_total 1\n`],
  ['the same sample twice', `${HEAD}a_total{b="1",c="2"} 1\na_total{c="2",b="1"} 1\n`],
  ['a label twice', `${HEAD}a_total{b="1",b="2"} 1\n`],
  ['a label without quotes', `${HEAD}a_total{b=1} 1\n`],
  ['a comma at the end', `${HEAD}a_total{b="1",} 1\n`],
  ['a quote that is not escaped', `${HEAD}a_total{b="x"y"} 1\n`],
  [
    'buckets that fall',
    `${HISTOGRAM}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`,
  ],
  [
    'buckets out of order',
    `${HISTOGRAM}h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`,
  ],
  ['no last bucket', `${HISTOGRAM}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
  ['another count', `${HISTOGRAM}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
  ['no sum', `${HISTOGRAM}h_bucket{le="+Inf"} 1\nh_count 1\n`],
])('%s is refused', (_what, text) => {
  expect(() => parseExposition(text)).toThrow(Error);
});
