/** One value of each type, to be read as the library reads it on a connection of its own. */
export const TYPED_VALUES = {
  flag: true,
  n: 42,
  big: '9007199254740993',
  price: '12.30',
  f: 1.5,
  at: new Date('2024-05-06T07:08:09.123Z'),
  bin: Buffer.from([0, 255]),
  s: 'héllo ☃',
};
