/** A statement as code that a page shows: formatted, and cut into tokens of a kind each by db-core's reader of SQL. */
import type { Engine } from '@quartet/db-core';
import { formatDialect, mariadb, postgresql, sqlite } from 'sql-formatter';
import type { CodeLine, Token } from '../drawing/events';

/** The formatter's rules for each database. */
const DIALECTS = { sqlite, postgresql, mysql: mariadb };
/** So many statements are kept: the same come again and again. */
const CACHE_SIZE = 500;
/** Longer ones, as of imports, are shown as they are. */
const LENGTH_LIMIT = 10_000;

const KEYWORDS = new Set(
  'select insert update delete from where and or not in is null as on using join left right inner outer full cross natural into values set group by having order limit offset fetch first next rows only union all intersect except distinct case when then else end exists between like ilike escape asc desc nulls last with recursive returning conflict do nothing for share of default create table alter drop index primary key references unique check constraint cascade add column begin commit rollback savepoint release transaction pragma explain analyze cast collate current_timestamp current_date true false interval over partition lateral window duplicate replace ignore any some if temporary view trigger row no skip locked nowait'
    .toUpperCase()
    .split(' '),
);
const KINDS = {
  string: 'string',
  number: 'constant',
  placeholder: 'constant',
  comment: 'comment',
  executable: 'comment',
  symbol: 'punctuation',
} as const;

const cache = new Map<string, readonly CodeLine[]>();

/** Its lines. */
export function sqlLines(engine: Engine, sql: string): readonly CodeLine[] {
  const key = `${engine.dialect.name} ${sql}`;
  let lines = cache.get(key);
  if (!lines) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(key, (lines = linesOf(engine, formatSql(engine, sql))));
  }
  return lines;
}

/** Over several lines; unchanged where the formatter cannot read it. */
function formatSql({ dialect }: Engine, sql: string): string {
  if (sql.length > LENGTH_LIMIT) return sql;
  try {
    return formatDialect(sql, {
      dialect: DIALECTS[dialect.name],
      keywordCase: 'upper',
      // Drivers use different ones of these; better-sqlite3 takes them all.
      paramTypes: { positional: true, numbered: ['$', '?', ':'], named: [':', '$', '@'] },
    });
  } catch {
    return sql;
  }
}

function linesOf(engine: Engine, sql: string): CodeLine[] {
  const { pieces } = engine.describe(sql);
  const lines: Token[][] = [[]];
  for (const [index, { kind, text }] of pieces.entries()) {
    const isCall = pieces[index + 1]?.text === '(';
    const shown =
      kind === 'word'
        ? KEYWORDS.has(text.toUpperCase())
          ? 'keyword'
          : isCall
            ? 'function'
            : undefined
        : kind === 'space' || kind === 'name'
          ? undefined
          : KINDS[kind];
    const [first = '', ...more] = text.split('\n');
    if (first !== '') lines.at(-1)?.push(shown ? [first, shown] : [first]);
    for (const line of more) lines.push(line === '' ? [] : [shown ? [line, shown] : [line]]);
  }
  return lines;
}
