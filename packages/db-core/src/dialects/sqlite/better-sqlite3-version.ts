/**
 * better-sqlite3 is compiled code, and the wrong version for a Node does not throw: it ends the process.
 *
 * @see https://github.com/WiseLibs/better-sqlite3/issues/1514 13 needs Node-API 10
 * @see https://github.com/nodejs/node/issues/65446 12 aborts on Node 24.19 and later
 */
import { ArgumentError } from '../../errors/errors';

interface Versions {
  readonly node: string;
  /** The Node-API that this Node has. */
  readonly napi?: string | undefined;
}

let warned = false;

/** @throws ArgumentError where opening a database would be a segmentation fault. Warns, once, where one may come later. */
export function checkBetterSqlite3(): void {
  const { version } = require('better-sqlite3/package.json') as { version: string };
  const warning = warningOf(version, process.versions);
  if (!warning || warned) return;
  warned = true;
  process.emitWarning(warning, { code: 'QUARTET_BETTER_SQLITE3' });
}

/** @internal */
export function warningOf(version: string, { node, napi }: Versions): string | undefined {
  const [major = 0] = parts(version);
  if (major >= 13 && Number(napi) < 10) {
    throw new ArgumentError(
      `better-sqlite3 ${version} needs Node 22.14 or later, and this is Node ${node}: install better-sqlite3@12.`,
    );
  }
  const [release = 0, minor = 0] = parts(node);
  return major < 13 && release === 24 && minor >= 19
    ? `better-sqlite3 ${version} may abort the process on Node ${node}: install better-sqlite3@13.`
    : undefined;
}

function parts(version: string): number[] {
  return version.split('.').map(Number);
}
