import { quantile, ratios, spread } from '../src/harness/statistics';

test('a median lies in the middle, or between the two that do', () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
  expect(quantile([], 0.5)).toBeNaN();
});

test('a spread is the quartiles around the median, and no outlier moves it', () => {
  expect(spread([1, 2, 3, 4, 1000])).toEqual({ low: 2, median: 3, high: 4 });
});

test('ratios compare what ran in the same round', () => {
  expect(ratios([10, 200], [5, 100]).median).toBe(2);
  expect(ratios([10], []).median).toBeNaN();
});
