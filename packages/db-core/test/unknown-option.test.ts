/** Misspelt options are refused with the option that was meant. */
import { ArgumentError } from '@quartet/db-core';
import { assertKnownOptions } from '@quartet/db-core/binding';

const KNOWN = { poolSize: true, prePing: true, recycleSeconds: true, echo: true };

test.each([
  ['poolsize', 'poolSize'],
  ['pool_size', 'poolSize'],
  ['POOL-SIZE', 'poolSize'],
  ['poolSzie', 'poolSize'],
  ['preping', 'prePing'],
  ['recyleSecond', 'recycleSeconds'],
  ['ecoh', 'echo'],
])('%s is refused with %s', (name, meant) => {
  const check = (): void => assertKnownOptions('option', { [name]: 1 }, KNOWN);
  expect(check).toThrow(ArgumentError);
  expect(check).toThrow(`Unknown option '${name}': did you mean '${meant}'?`);
});

test.each(['colour', 'toString', '__proto__', 'constructor', '', '🦆', 'x'.repeat(40)])(
  'where no known name is near, all of them are listed: %p',
  (name) => {
    const given = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object;
    expect(() => assertKnownOptions('setting', given, KNOWN)).toThrow(
      `Unknown setting '${name}'. Known are: poolSize, prePing, recycleSeconds, echo.`,
    );
  },
);

test('a misspelt option without a value is refused too', () => {
  const given: object = { poolsize: undefined };
  expect(() => assertKnownOptions('option', given, KNOWN)).toThrow(/did you mean 'poolSize'/);
});

test('known options, and none, are accepted', () => {
  for (const given of [KNOWN, {}, { echo: undefined }] as object[])
    expect(() => assertKnownOptions('option', given, KNOWN)).not.toThrow();
});
