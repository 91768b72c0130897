import { runInNewContext } from 'node:vm';
import { isUnchanged, snapshot } from '../src/binding/values';

describe('a value that is remembered', () => {
  test.each<[string, object & { theme?: string }]>([
    ['a plain object', { theme: 'dark' }],
    ['one without a prototype', Object.assign(Object.create(null), { theme: 'dark' }) as object],
    ['one of another realm', runInNewContext("({ theme: 'dark' })") as object],
  ])('%s: is as it was until something in it is set', (_what, value) => {
    const taken = snapshot(value);
    expect(isUnchanged(value, taken)).toBe(true);
    value.theme = 'light';
    expect(isUnchanged(value, taken)).toBe(false);
  });
});
