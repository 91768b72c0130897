/**
 * Code as the page shows it: lines of tokens, each with its kind. Highlighted here once, by Shiki, so that
 * the page loads no grammar; its colours are the page's own style sheet.
 */
import { createCssVariablesTheme, createHighlighterCoreSync } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import json from 'shiki/langs/json.mjs';
import sql from 'shiki/langs/sql.mjs';
import typescript from 'shiki/langs/typescript.mjs';
import { formatDialect, mariadb, postgresql, sqlite } from 'sql-formatter';
import type { CodeLine, EngineInfo, Token } from './protocol';

export type Language = 'typescript' | 'sql' | 'json';

const THEME = 'workbench';
/** How much code is kept highlighted: the same statements come again and again. */
const CACHE_SIZE = 2_000;
const DIALECTS = { sqlite, postgresql, mysql: mariadb };

const highlighter = createHighlighterCoreSync({
  themes: [createCssVariablesTheme({ name: THEME, variablePrefix: '--', variableDefaults: {} })],
  langs: [typescript, sql, json],
  engine: createJavaScriptRegexEngine(),
});
const cache = new Map<string, readonly CodeLine[]>();

export function highlight(code: string, language: Language): readonly CodeLine[] {
  const key = `${language} ${code}`;
  let lines = cache.get(key);
  if (!lines) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(key, (lines = tokenize(code, language)));
  }
  return lines;
}

/** A statement over several lines; as it came where the formatter does not know what it is. */
export function formatSql(sql: string, dialect: EngineInfo['name']): string {
  try {
    return formatDialect(sql, {
      dialect: DIALECTS[dialect],
      keywordCase: 'upper',
      // Which of these a driver uses is its own matter: better-sqlite3 takes all.
      paramTypes: { positional: true, numbered: ['$', '?', ':'], named: [':', '$', '@'] },
    });
  } catch {
    return sql;
  }
}

function tokenize(code: string, lang: Language): readonly CodeLine[] {
  return highlighter
    .codeToTokensBase(code, { lang, theme: THEME })
    .map((line) => line.map(({ content, color }) => token(content, color)));
}

/** `var(--token-string-expression)` is a `string`, the foreground is nothing special. */
function token(text: string, color = ''): Token {
  const [, kind] = /--token-([a-z]+)/.exec(color) ?? [];
  return kind === undefined ? [text] : [text, kind];
}
