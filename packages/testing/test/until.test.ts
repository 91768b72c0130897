import { until } from '../src';

test('it is over as soon as the condition is true', async () => {
  let asked = 0;
  await until(() => ++asked === 3);
  expect(asked).toBe(3);
});

test('what comes true while the process stands still is no failure', async () => {
  let asked = 0;
  const standStill = (): boolean => {
    const end = performance.now() + 30;
    while (asked === 0 && performance.now() < end);
    return ++asked === 2;
  };
  await expect(until(standStill, { deadlineMs: 10 })).resolves.toBeUndefined();
});

test('what does not come true is an error that says what was waited for', async () => {
  const never = until(async () => false, { deadlineMs: 10, what: () => 'the pool is empty' });
  await expect(never).rejects.toThrow('It did not come true within 0.01 s: the pool is empty');
});
