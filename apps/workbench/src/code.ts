/**
 * Highlights code: lines of tokens, each with its kind. Shiki runs on the server, so that the page loads no grammar;
 * the page's style sheet has the colours.
 */
import { createCssVariablesTheme, createHighlighterCoreSync } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import json from 'shiki/langs/json.mjs';
import shellscript from 'shiki/langs/shellscript.mjs';
import sql from 'shiki/langs/sql.mjs';
import typescript from 'shiki/langs/typescript.mjs';
import type { CodeLine, Token } from './protocol';

export type Language = 'typescript' | 'json' | 'shellscript' | 'sql';

const THEME = 'workbench';
/** How many highlighted texts are kept: the same statements come again and again. */
const CACHE_SIZE = 2_000;

const highlighter = createHighlighterCoreSync({
  themes: [createCssVariablesTheme({ name: THEME, variablePrefix: '--', variableDefaults: {} })],
  langs: [typescript, json, shellscript, sql],
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

function tokenize(code: string, lang: Language): readonly CodeLine[] {
  return (
    highlighter
      // By default a line that takes longer than 500 ms, as on a busy machine, stays half plain.
      .codeToTokensBase(code, { lang, theme: THEME, tokenizeTimeLimit: 0 })
      .map((line) => line.map(({ content, color }) => token(content, color)))
  );
}

/** `var(--token-string-expression)` is a `string`; the foreground colour has no kind. */
function token(text: string, color = ''): Token {
  const [, kind] = /--token-([a-z]+)/.exec(color) ?? [];
  return kind === undefined ? [text] : [text, kind];
}
