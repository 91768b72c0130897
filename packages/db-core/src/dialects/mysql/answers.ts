/** What an answer of `mysql2` says: rows or a header, the status of the session, and what has changed in it. */
import type { FieldPacket, ResultSetHeader } from 'mysql2';
import type { CursorResult } from '../driver-connection';

/** What a mysql2 callback gives, as a pair: `[rows or header, fields]`; of several results lists of them. */
export type MysqlResult = readonly [rows: unknown, fields: FieldPacket[] | undefined];

/** Variables of a session whose changes servers report with the answer to the statement that made them. */
interface TrackedVariables {
  readonly character_set_client?: string;
  readonly last_gtid?: string;
}

/** mysql2 makes headers of a class of its own, so that no row is taken for one, whatever its columns are called. */
export function isHeader(answer: unknown): answer is ResultSetHeader {
  if (typeof answer !== 'object' || answer === null) return false;
  const prototype = Object.getPrototypeOf(answer) as object | null;
  return prototype?.constructor.name === 'ResultSetHeader';
}

/** The flags of the last OK packet of an answer; undefined where rows came last. A CALL ends with one behind its rows. */
export function statusOf([answer]: readonly unknown[]): number | undefined {
  const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
  return isHeader(last) ? (last.serverStatus as number) : undefined;
}

/** Those that the statement has changed. */
export function changedVariables([header]: readonly unknown[]): TrackedVariables {
  const { stateChanges } = (header ?? {}) as {
    stateChanges?: { systemVariables?: TrackedVariables };
  };
  return stateChanges?.systemVariables ?? {};
}

/** Of several results the first that has rows. */
export function firstResultOf([answer, fields]: MysqlResult): CursorResult {
  if (isHeader(answer)) {
    const { affectedRows, insertId } = answer;
    return { columns: [], rows: [], rowCount: affectedRows, lastInsertId: insertId };
  }
  const several = isHeader((answer as unknown[]).at(-1));
  const rows = (several ? (answer as unknown[])[0] : answer) as unknown[][];
  const [columns = []] = (several ? fields : [fields]) as (FieldPacket[] | undefined)[];
  return { columns: columns.map(({ name }) => name), rows, rowCount: rows.length };
}
