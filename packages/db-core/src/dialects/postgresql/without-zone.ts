/**
 * Types without a zone (`timestamp`, `date`) are in UTC, as the session is: what `now()` writes and what a Date writes are the
 * same instant, and are read as it, wherever the process runs. `pg` alone takes both for local time.
 *
 * @see https://node-postgres.com/features/types#date--timestamp--timestamptz
 */
import type { CustomTypesConfig } from 'pg';

const TIMESTAMPTZ = 1184;
const TIMESTAMPTZ_ARRAY = 1185;
/** Each type without a zone, and the one with a zone that is read in its place. */
const WITH_ZONE: ReadonlyMap<number, number> = new Map([
  [1114, TIMESTAMPTZ], // timestamp
  [1082, TIMESTAMPTZ], // date
  [1115, TIMESTAMPTZ_ARRAY], // timestamp[]
  [1182, TIMESTAMPTZ_ARRAY], // date[]
]);
const WRITTEN = /"?(\d{4,}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?))?( BC)?"?/g;

type Parser = (text: string) => unknown;

/** A parser that reads in UTC what `local` would read in local time, made from the one of the type with a zone. */
interface Made {
  readonly local: Parser;
  readonly zoned: Parser;
  readonly inUtc: Parser;
}

/** By type: asked for with each column of each answer. */
const made = new Map<number, Made>();
let typesOfPg: typeof import('pg')['types'] | undefined;

/** The parsers of `pg`, and those that the app has set in it. */
export const TYPES_IN_UTC = {
  getTypeParser(oid: number, format: 'text' | 'binary' = 'text'): unknown {
    // Loaded here: the facades are imported on machines that have another database's driver alone.
    const types = (typesOfPg ??= (require('pg') as typeof import('pg')).types);
    const own = types.getTypeParser(oid, format as 'text') as Parser;
    const withZone = WITH_ZONE.get(oid);
    if (withZone === undefined) return own;
    if (format === 'binary') return oid === 1114 ? types.getTypeParser(withZone, format) : own;
    const zoned = types.getTypeParser(withZone, 'text') as Parser;
    const known = made.get(oid);
    if (known?.local === own && known.zoned === zoned) return known.inUtc;
    if (!isLocal(own, withZone)) return own;
    const quote = withZone === TIMESTAMPTZ_ARRAY ? '"' : '';
    const inUtc = (text: string): unknown =>
      zoned(
        text.replaceAll(
          WRITTEN,
          (_, date: string, time = '00:00:00', era = '') =>
            `${quote}${date} ${time}+00${era}${quote}`,
        ),
      );
    made.set(oid, { local: own, zoned, inUtc });
    return inUtc;
  },
} as CustomTypesConfig;

/** Dates as `pg` would write them, but in UTC; the rest as it is. */
export function inUtc(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inUtc);
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return value;
  const year = value.getUTCFullYear();
  const [, rest = ''] = /^[+-]?\d+(-.*)$/.exec(value.toISOString()) ?? [];
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${rest}${year > 0 ? '' : ' BC'}`;
}

/** Whether it is `pg`'s own parser, told by what it does: one that the app has set is kept. */
function isLocal(parser: Parser, withZone: number): boolean {
  const isArray = withZone === TIMESTAMPTZ_ARRAY;
  const read = parser(isArray ? '{"2000-01-01 00:00:00"}' : '2000-01-01 00:00:00');
  const first: unknown = isArray && Array.isArray(read) ? read[0] : read;
  return first instanceof Date && first.getTime() === new Date(2000, 0, 1).getTime();
}
