import { IntegrityError } from '@quartet/db-core';
import { rejectionReason } from '../src';

test('a value that is taken is a reason, in one wording whichever column the database names', () => {
  for (const columns of [['name'], ['email'], []])
    expect(rejectionReason(new IntegrityError('x', { kind: 'unique', columns }))).toBe(
      'The name or the e-mail is already taken.',
    );
});

test.each([new IntegrityError('x', { kind: 'foreign-key' }), new TypeError('x')])(
  '%s is not the fault of a row: it is thrown again',
  (error) => {
    expect(() => rejectionReason(error)).toThrow(error);
  },
);
