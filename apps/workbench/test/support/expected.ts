/** The outcome of each scenario with its default inputs, in words that are the same for every style and database. */
export const EXPECTED: Readonly<Record<string, RegExp>> = {
  create: /^Created, committed, and there afterwards\.$/,
  duplicate: /^The duplicate was refused with 409, then: “Creation failed”\. One row is there\.$/,
  find: /^Found by id and by name\.$/,
  pagination: /^5 of 23 messages: page 2 of 5\.$/,
  export: /^5\d{3} messages: \d{3} kB in \d+ pieces, the first while rows were still read\.$/,
  'n-plus-one': /^The same answer with \d+ statements and with \d+\.$/,
  tags: /^One message with 2 tags\.$/,
  aggregate: /^The most diligent author wrote 100 messages\.$/,
  merge: /^One user is gone; the other has all 6 messages\.$/,
  import: /^6 rows kept, 3 undone by their savepoints\.$/,
  overlap: /^Both committed/,
  'lost-update': /^Both were answered with success, but only line “(one|two)” is there\.$/,
  together: /^Four rows by four libraries with one COMMIT; then a message that all four write\.$/,
  'handler-throws': /^It answered 500; the row it had written is gone\.$/,
  'client-leaves': /^Undone after \d+ ms instead of 1500: the row it had written is gone\.$/,
  'without-teardown': /^With teardown 5 of 5 requests were answered, without it 3\.$/,
};
